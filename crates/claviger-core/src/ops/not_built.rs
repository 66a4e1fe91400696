//! The operations that this version does not serve. Each is authenticated, decoded and audited like any other, and then
//! refused. The list only shrinks.

use claviger_audit::Parameters;

use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    rule::{Actions, Identifiers, Rule},
};

macro_rules! not_built {
    ($($name:ident $input:ident $output:ident,)*) => {$(
        pub(super) struct $name;

        impl Operation for $name {
            const RULE: Rule = Rule {
                identifiers: Identifiers::None,
                changes: false,
                ..Rule::kms(stringify!($name), Actions::Open)
            };
            type Input = claviger_model::$input;
            type Output = claviger_model::$output;
            type Subject = NoKey;

            fn subject(_: &Self::Input) {}

            fn parameters(_: &Self::Input, _: &mut Parameters) {}

            async fn run(_: &mut Cx<'_>, _: &Self::Input, _: &Admitted<NoKey>) -> Result<Self::Output, Error> {
                Err(error::not_built(stringify!($name)))
            }
        }
    )*};
}

not_built! {
    ConnectCustomKeyStore ConnectCustomKeyStoreInput ConnectCustomKeyStoreOutput,
    CreateCustomKeyStore CreateCustomKeyStoreInput CreateCustomKeyStoreOutput,
    DeleteCustomKeyStore DeleteCustomKeyStoreInput DeleteCustomKeyStoreOutput,
    DescribeCustomKeyStores DescribeCustomKeyStoresInput DescribeCustomKeyStoresOutput,
    DisconnectCustomKeyStore DisconnectCustomKeyStoreInput DisconnectCustomKeyStoreOutput,
    UpdateCustomKeyStore UpdateCustomKeyStoreInput UpdateCustomKeyStoreOutput,
}
