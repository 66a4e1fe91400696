//! Enumerations are stored by their wire names, which never change, and not by the wire types' own serialization.

macro_rules! by_name {
    ($module:ident, $type:ty) => {
        pub(super) mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};

            pub(in super::super) fn serialize<S: Serializer>(
                value: &$type,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                to.serialize_str(value.as_str())
            }

            pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<$type, D::Error> {
                let name = String::deserialize(from)?;
                <$type>::from_wire(&name).ok_or_else(|| D::Error::custom("unknown name"))
            }
        }
    };
}

by_name!(spec, claviger_model::KeySpec);
by_name!(usage, claviger_model::KeyUsageType);
by_name!(origin, claviger_model::OriginType);
by_name!(
    tracked_operation,
    claviger_model::KeyLastUsageTrackingOperation
);

/// Bytes that may be absent, in base64.
pub(super) mod bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in super::super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => to.serialize_str(&STANDARD.encode(bytes)),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| STANDARD.decode(text).map_err(D::Error::custom))
            .transpose()
    }
}

/// Grant operations, in the order in which they were given.
pub(super) mod grant_operations {
    use claviger_model::GrantOperation;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in super::super) fn serialize<S: Serializer>(
        operations: &[GrantOperation],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(operations.iter().map(|operation| operation.as_str()))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<GrantOperation>, D::Error> {
        let names = Vec::<String>::deserialize(from)?;
        let known = |name: &String| GrantOperation::from_wire(name);
        let operations = names.iter().map(known).collect::<Option<_>>();
        operations.ok_or_else(|| D::Error::custom("unknown name"))
    }
}
