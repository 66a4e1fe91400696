//! Users, as the answers tell of them.

use claviger_core::cx::Cx;
use claviger_model::{Timestamp, iam::User};

use super::{boundaries, tags};
use crate::records::{AccountRecord, Entity, UserRecord};

/// A user, with tags and boundary.
pub(super) fn described(cx: &Cx<'_>, user: &UserRecord) -> User {
    let tags = tags::listed(user.tags());
    User {
        permissions_boundary: boundaries::described(&user.holdings),
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        ..listed(cx, user)
    }
}

/// A user as lists tell of it.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>
pub(super) fn listed(cx: &Cx<'_>, user: &UserRecord) -> User {
    User {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        arn: user.arn(cx.caller.account),
        create_date: Timestamp::from_epoch_ms(user.created_ms),
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// The account root, told of as if it were a user.
// DIFFERS: AWS leaves path and name of the root out, which its own model requires.
pub(super) fn root(cx: &Cx<'_>, account: &AccountRecord) -> User {
    let principal = &cx.caller.principal;
    User {
        path: "/".to_owned(),
        user_name: "root".to_owned(),
        user_id: principal.unique_id.clone(),
        arn: principal.arn.clone(),
        create_date: Timestamp::from_epoch_ms(account.created_ms),
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// What the audit event says of a new user.
pub(super) fn note(cx: &mut Cx<'_>, user: &UserRecord) {
    let arn = user.arn(cx.caller.account);
    let created = Timestamp::from_epoch_ms(user.created_ms).human_of_iam();
    cx.notes.response().put_object("user", |noted| {
        noted
            .put_str("path", &user.path)
            .put_str("userName", &user.name)
            .put_str("userId", &user.id)
            .put_str("arn", &arn)
            .put_str("createDate", &created);
    });
}
