//! The text of a stored policy as it is shown later, when some that it names no longer exist.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The text with the principals replaced for which `renamed` has another name: the unique id of a user or role that was
/// deleted. Looks into `Principal` and `NotPrincipal` alone and leaves every other character as it is; a text that is
/// no policy comes back unchanged.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
#[must_use]
pub fn reprint(text: &str, renamed: impl Fn(&str) -> Option<String>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest_from = 0;
    for (place, name) in principals(text).unwrap_or_default() {
        if let (Some(new), Some(before)) = (renamed(&name), text.get(rest_from..place.start)) {
            shown.push_str(before);
            shown.push_str(&serde_json::Value::String(new).to_string());
            rest_from = place.end;
        }
    }
    shown.push_str(text.get(rest_from..).unwrap_or_default());
    shown
}

/// The places of the principal strings in the text, quotation marks included, in their order.
fn principals(text: &str) -> Option<Vec<(Range<usize>, String)>> {
    let document: Members<'_> = serde_json::from_str(text).ok()?;
    let mut places = Vec::new();
    for statement in one_or_many(document.get("Statement")?) {
        let members: Members<'_> = serde_json::from_str(statement.get()).ok()?;
        let elements = [members.get("Principal"), members.get("NotPrincipal")];
        for element in elements.into_iter().flatten() {
            let kinds: Members<'_> = serde_json::from_str(element.get()).unwrap_or_default();
            for name in kinds.values().copied().flat_map(one_or_many) {
                let start = offset(text, name.get())?;
                let place = start..start.checked_add(name.get().len())?;
                places.push((place, serde_json::from_str(name.get()).ok()?));
            }
        }
    }
    places.sort_by_key(|(place, _)| place.start);
    Some(places)
}

/// The elements of a list, or the value itself where there are no brackets.
fn one_or_many(value: &RawValue) -> Vec<&RawValue> {
    Vec::deserialize(value).unwrap_or_else(|_| vec![value])
}

/// Where a part of the text begins in it.
fn offset(text: &str, part: &str) -> Option<usize> {
    part.as_ptr().addr().checked_sub(text.as_ptr().addr())
}

type Members<'t> = BTreeMap<String, &'t RawValue>;

#[cfg(test)]
mod tests {
    use super::reprint;

    fn gone(arn: &str) -> Option<String> {
        match arn {
            "arn:aws:iam::111122223333:user/Alice" => Some("AIDACKCEVSQ6C2EXAMPLE".to_owned()),
            "arn:aws:iam::111122223333:role/Admin" => Some("AROADBQP57FF2AEXAMPLE".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn only_principals_are_replaced_and_the_rest_stays_as_it_was_written() {
        let text = r#"{ "Id":"arn:aws:iam::111122223333:user/Alice",
  "Statement" : [ {"Effect":"Allow", "Principal": {"AWS":["arn:aws:iam::111122223333:user/Alice" , "arn:aws:iam::111122223333:user/Bob"],
      "Service":"s3.amazonaws.com"}, "Action":"kms:*", "Resource":"arn:aws:iam::111122223333:user/Alice",
      "Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/Alice"}}},
    {"Principal":"*","Effect":"Allow"},
    {"NotPrincipal" : { "AWS" : "arn:aws:iam:\u003a111122223333:role\/Admin" }, "Effect":"Deny"} ] }"#;
        let expected = text
            .replace(
                r#"["arn:aws:iam::111122223333:user/Alice""#,
                r#"["AIDACKCEVSQ6C2EXAMPLE""#,
            )
            .replace(
                r#"arn:aws:iam:\u003a111122223333:role\/Admin"#,
                "AROADBQP57FF2AEXAMPLE",
            );
        assert_eq!(reprint(text, gone), expected);
        assert_eq!(reprint(text, |_| None), text);
    }

    #[test]
    fn one_statement_needs_no_list_and_what_is_no_policy_stays() {
        let text = r#"{"Statement":{"Principal":{"AWS":"arn:aws:iam::111122223333:role/Admin"}}}"#;
        let expected = r#"{"Statement":{"Principal":{"AWS":"AROADBQP57FF2AEXAMPLE"}}}"#;
        assert_eq!(reprint(text, gone), expected);
        for text in [
            "",
            "{}",
            "[]",
            r#"{"Statement":7}"#,
            r#"{"Statement":{"Principal":7}}"#,
        ] {
            assert_eq!(reprint(text, gone), text);
        }
    }

    #[test]
    fn a_new_name_is_quoted() {
        let text = r#"{"Statement":{"Principal":{"AWS":"a"}}}"#;
        let expected = r#"{"Statement":{"Principal":{"AWS":"\"\\"}}}"#;
        assert_eq!(reprint(text, |_| Some(r#""\"#.to_owned())), expected);
    }
}
