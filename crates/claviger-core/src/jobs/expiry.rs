//! Imported material whose date has come: its bytes are destroyed.
//!
//! From the date on no call could use them anyway; the pipeline looks at the clock itself.

use claviger_audit::Parameters;

use crate::{
    core::Core, error::Error, key::Key, notes::ServiceEvent, ops::material, records::Due,
    staged::Staged,
};

/// What to do about `due`, if the key still says so. The due date goes with the material.
pub(super) async fn stage(
    core: &Core,
    key: &Key,
    due: &Due,
) -> Result<Option<(Staged, Vec<ServiceEvent>)>, Error> {
    let expired = key.record.materials.iter().find(|entry| {
        Some(&entry.id) == due.material.as_ref()
            && entry.imported
            && entry.valid_to_ms == Some(due.at_ms)
    });
    let Some(entry) = expired else {
        return Ok(None);
    };
    let mut staged = Staged::default();
    let shared = material::remove(core, &mut staged, key, entry).await?;
    let mut details = Parameters::new();
    details
        .put_str("keyId", &key.record.key_id().to_string())
        .put_str("keyMaterialId", &entry.id);
    let event = ServiceEvent::of_key("DeleteExpiredKeyMaterial", key, Some(details));
    Ok(Some((
        staged,
        std::iter::once(event).chain(shared).collect(),
    )))
}
