//! Keys whose schedule asks for another material.
//!
//! A key that is disabled or waits for its deletion is left alone. Its schedule stays, and the rotation that it missed runs
//! as it is enabled.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable-disable.html>

use claviger_model::KeyState;

use crate::{
    core::Core, error::Error, key::Key, notes::ServiceEvent, ops::rotation, records::Due,
    staged::Staged,
};

/// What to do about `due`, if the key still says so. The next due date is staged with the rotation.
pub(super) async fn stage(
    core: &Core,
    key: &Key,
    due: &Due,
) -> Result<Option<(Staged, Vec<ServiceEvent>)>, Error> {
    let now = core.clock.earliest_now();
    let key_rotates = key.record.state(now) == KeyState::Enabled && !key.record.is_replica();
    let scheduled = key.record.rotation.map(|schedule| schedule.next_ms);
    if scheduled != Some(due.at_ms) || !key_rotates {
        return Ok(None);
    }
    let mut staged = Staged::default();
    let record = key.record.clone();
    let events = rotation::on_schedule(core, &mut staged, key, record, now).await?;
    Ok(Some((staged, events)))
}
