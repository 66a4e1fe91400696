//! Forms: what the Query services read, and what they refuse.

use claviger_model::iam::{
    self, CreateAccessKeyInput, CreateRoleInput, CreateUserInput, GetUserInput, ListUsersInput,
    SimulateCustomPolicyInput, Tag, TagUserInput, UpdateAccessKeyInput,
};
use claviger_model::sts::{self, AssumeRoleInput, AssumeRoleWithWebIdentityInput};
use claviger_model::wire::{DecodeError, WireInput};
use proptest::prelude::*;

fn read<T: WireInput>(form: &str) -> T {
    match T::decode(form.as_bytes()) {
        Ok(input) => input,
        Err(error) => panic!("{form}: {error:?}"),
    }
}

fn refusal<T: WireInput>(form: &str) -> DecodeError {
    match T::decode(form.as_bytes()) {
        Ok(_) => panic!("accepted: {form}"),
        Err(error) => error,
    }
}

fn violation<T: WireInput>(form: &str, text: &str) {
    assert_eq!(
        refusal::<T>(form),
        DecodeError::Validation(text.to_owned()),
        "{form}"
    );
}

fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

#[test]
fn scalars_lists_and_structures() {
    let user: CreateUserInput = read(
        "Action=CreateUser&Version=2010-05-08&UserName=Bob&Path=%2Fa%2F&Tags.member.2.Value=v+2&Tags.member.2.Key=k%2B2\
         &Tags.member.1.Key=k1&Tags.member.1.Value=",
    );
    assert_eq!(user.user_name, "Bob");
    assert_eq!(user.path.as_deref(), Some("/a/"));
    assert_eq!(user.permissions_boundary, None);
    assert_eq!(user.tags, Some(vec![tag("k1", ""), tag("k+2", "v 2")]));

    let simulate: SimulateCustomPolicyInput = read(
        "PolicyInputList.member.1=%7B%7D&ActionNames.member.1=kms%3ADecrypt&ActionNames.member.10=kms%3Ac&ActionNames.member.9=kms%3Ab\
         &ContextEntries.member.1.ContextKeyName=aws%3ASourceIp&ContextEntries.member.1.ContextKeyType=ipList\
         &ContextEntries.member.1.ContextKeyValues.member.1=10.0.0.1&ContextEntries.member.1.ContextKeyValues.member.2=10.0.0.2\
         &MaxItems=5",
    );
    assert_eq!(simulate.action_names, ["kms:Decrypt", "kms:b", "kms:c"]);
    assert_eq!(simulate.max_items, Some(5));
    let entries = simulate.context_entries.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0].context_key_type,
        Some(iam::ContextKeyTypeEnum::IpList)
    );
    assert_eq!(
        entries[0].context_key_values.as_deref(),
        Some(&["10.0.0.1".to_owned(), "10.0.0.2".to_owned()][..])
    );

    let assume: AssumeRoleInput = read(
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=se&DurationSeconds=900\
         &PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess&TransitiveTagKeys.member.1=a",
    );
    assert_eq!(assume.duration_seconds, Some(900));
    assert_eq!(
        assume.policy_arns.unwrap()[0].arn.as_deref(),
        Some("arn:aws:iam::aws:policy/ReadOnlyAccess")
    );
    assert_eq!(assume.transitive_tag_keys, Some(vec!["a".to_owned()]));
}

#[test]
fn what_is_absent_or_unknown() {
    assert_eq!(read::<GetUserInput>("").user_name, None);
    assert_eq!(read::<CreateAccessKeyInput>("Action=x").user_name, None);
    let unknown = "Foo=1&Foo.bar=2&a.b.c.d.e.f.g.h.i.j.k=3&UserName.x=4&Tags.nobody=&x.member=1&UserName=Bob&=&.=&..a=";
    assert_eq!(
        read::<GetUserInput>(unknown).user_name.as_deref(),
        Some("Bob")
    );
    // So do clients write an empty list.
    let user: CreateUserInput = read("UserName=Bob&Tags=");
    assert_eq!(user.tags, Some(vec![]));
    let user: CreateUserInput =
        read("UserName=Bob&Tags=&Tags.member.1.Key=k&Tags.member.1.Value=v");
    assert_eq!(user.tags, Some(vec![tag("k", "v")]));
    assert_eq!(
        iam::decode_any(iam::Operation::GetAccountSummary, b"Foo=1"),
        Ok(())
    );
}

#[test]
fn names_and_paths_are_refused_with_a_sentence() {
    violation::<CreateUserInput>(
        "UserName=a%20b&Path=%2Fx%2F",
        "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
    );
    violation::<CreateUserInput>(
        "UserName=a%20b&Path=x",
        "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / \
         characters.",
    );
}

#[test]
fn rules_are_those_of_kms_and_so_are_their_texts() {
    violation::<CreateUserInput>(
        "",
        "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
    );
    violation::<CreateUserInput>(
        "UserName=&Path=x",
        "1 validation error detected: Value '' at 'userName' failed to satisfy constraint: Member must have length greater than or \
         equal to 1",
    );
    violation::<UpdateAccessKeyInput>(
        "AccessKeyId=AKIAIOSFODNN7EXAMPLE&Status=active",
        "1 validation error detected: Value 'active' at 'status' failed to satisfy constraint: Member must satisfy enum value set: \
         [Active, Inactive, Expired]",
    );
    violation::<ListUsersInput>(
        "MaxItems=1001",
        "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or \
         equal to 1000",
    );
    violation::<TagUserInput>(
        "UserName=a&Tags.member.1.Key=&Tags.member.1.Value=v&Tags.member.7.Key=k",
        "3 validation errors detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater \
         than or equal to 1; Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+; Value null at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
    );
    let many: String = (1..=51)
        .map(|n| format!("&Tags.member.{n}.Key=k{n}&Tags.member.{n}.Value=v"))
        .collect();
    violation::<TagUserInput>(
        &format!("UserName=a{many}"),
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
    violation::<AssumeRoleInput>(
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=se&ProvidedContexts=",
        "1 validation error detected: Value at 'providedContexts' failed to satisfy constraint: Member must have length greater than or \
         equal to 1",
    );
}

#[test]
fn a_web_identity_token_is_never_printed() {
    violation::<AssumeRoleWithWebIdentityInput>(
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=se&WebIdentityToken=abc",
        "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or \
         equal to 4",
    );
}

#[test]
fn a_code_of_a_second_factor_is_never_printed() {
    violation::<AssumeRoleInput>(
        "RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=se&TokenCode=12345x",
        "1 validation error detected: Value at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         [\\d]*",
    );
}

#[test]
fn what_is_no_value_of_its_type() {
    let cases = [
        ("MaxItems=a", "STRING_VALUE can not be converted to Integer"),
        ("MaxItems=", "STRING_VALUE can not be converted to Integer"),
        (
            "MaxItems=1.0",
            "STRING_VALUE can not be converted to Integer",
        ),
        (
            "MaxItems=99999999999",
            "STRING_VALUE can not be converted to Integer",
        ),
        (
            "Marker.x=1",
            "Start of structure or map found where not expected",
        ),
        (
            "Marker.member.1=1",
            "Start of list found where not expected",
        ),
    ];
    for (form, text) in cases {
        assert_eq!(
            refusal::<ListUsersInput>(form),
            DecodeError::Serialization(Some(text.to_owned())),
            "{form}"
        );
    }
    for tags in [
        "Tags=x",
        "Tags.1.Key=k",
        "Tags.Key=k",
        "Tags.member=k",
        "Tags.member.Key=k",
        "Tags.member.01.Key=k",
        "Tags.member.-1.Key=k",
        "Tags.member.1=k",
        "Tags.member.1.Key=k&Tags.x=y",
        "Tags.member.99999999999999999999.Key=k",
    ] {
        let form = format!("UserName=a&{tags}");
        assert!(
            matches!(
                refusal::<TagUserInput>(&form),
                DecodeError::Serialization(Some(_))
            ),
            "{form}"
        );
    }
}

#[test]
fn a_parameter_counts_once() {
    for form in ["UserName=a&UserName=a", "UserName=a&User%4eame=b"] {
        assert_eq!(
            refusal::<GetUserInput>(form),
            DecodeError::Repeated("UserName".to_owned())
        );
    }
    assert_eq!(
        refusal::<GetUserInput>("a.b.c.d.e.f.g.h.i.j=1&a.b.c.d.e.f.g.h.i.j="),
        DecodeError::Repeated("a.b.c.d.e.f.g.h.i.j".to_owned())
    );
    read::<GetUserInput>("a.b.c.d.e.f.g.h.i.j=1&a.b.c.d.e.f.g.h.i.k=");
}

#[test]
fn what_is_not_utf8_names_nobody() {
    for form in ["UserName=%ff", "Foo=%c3", "%80=", "UserName=%ed%a0%80"] {
        assert!(
            matches!(
                refusal::<GetUserInput>(form),
                DecodeError::Serialization(Some(_))
            ),
            "{form}"
        );
    }
    assert!(GetUserInput::decode(b"UserName=\xff").is_err());
}

#[test]
fn an_index_costs_nothing() {
    let input: TagUserInput = read(
        "UserName=a&Tags.member.4000000000.Key=k&Tags.member.4000000000.Value=v\
         &Tags.member.18446744073709551615.Key=l&Tags.member.18446744073709551615.Value=w",
    );
    assert_eq!(input.tags, [tag("k", "v"), tag("l", "w")]);
    let deep = format!("UserName=a&{}=1", "x.".repeat(100_000));
    assert_eq!(read::<GetUserInput>(&deep).user_name.as_deref(), Some("a"));
    let wide: String = (0..20_000).map(|n| format!("Foo.member.{n}.x=&")).collect();
    read::<GetUserInput>(&wide);
}

/// Forms that are near to what operations read.
fn near_form() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "UserName",
        "RoleName",
        "Tags",
        "member",
        "1",
        "2",
        "0",
        "4000000000",
        "Key",
        "Value",
        "PolicyArns",
        "arn",
        "PolicyDocument",
        "MaxItems",
        "Marker",
        "ContextEntries",
        "ContextKeyValues",
        "ActionNames",
        "OnlyAttached",
        "Status",
        "",
    ]);
    let name = prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.join("."));
    let value = prop_oneof![
        Just(String::new()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "[%a-f0-9+&=.]{0,6}",
        any::<String>(),
    ];
    let parameter = (name, value).prop_map(|(name, value)| format!("{name}={value}"));
    prop::collection::vec(parameter, 0..8).prop_map(|parameters| parameters.join("&"))
}

proptest! {
    #[test]
    fn no_form_makes_the_decoder_panic(form in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        near_form().prop_map(String::into_bytes),
    ]) {
        for operation in iam::Operation::ALL {
            let _ = iam::decode_any(operation, &form);
        }
        for operation in sts::Operation::ALL {
            let _ = sts::decode_any(operation, &form);
        }
    }

    #[test]
    fn any_text_is_read_as_it_was_sent(description in "[\\t\\r\\n\\x20-\\x7e¡-ÿ]{0,100}", order: bool) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let pairs = [("RoleName", "r"), ("AssumeRolePolicyDocument", "{}"), ("Description", &*description)];
        if order {
            form.extend_pairs(pairs);
        } else {
            form.extend_pairs(pairs.iter().rev());
        }
        let role: CreateRoleInput = read(&form.finish());
        prop_assert_eq!(role.description, Some(description));
    }

    #[test]
    fn tags_come_in_the_order_of_their_numbers(numbers in prop::collection::hash_set(any::<u32>(), 1..50)) {
        let form: Vec<String> = numbers.iter().map(|n| format!("Tags.member.{n}.Value=&Tags.member.{n}.Key={n}")).collect();
        let input: TagUserInput = read(&format!("UserName=a&{}", form.join("&")));
        let mut sorted: Vec<u32> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let expected: Vec<Tag> = sorted.iter().map(|n| tag(&n.to_string(), "")).collect();
        prop_assert_eq!(input.tags, expected);
    }
}
