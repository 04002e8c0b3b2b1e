//! Settings of triggers that are nearly those which a trigger has.

use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::document::Fields;
use crate::era::Eras;
use crate::value::Located;

/// Warns of a setting that is nearly one which the trigger has. All settings of
/// a trigger are its own business, but no trigger has two of nearly one name.
pub(super) fn report_near_settings(
    known: &[&str],
    fields: &Fields<'_>,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    for name in fields.names() {
        if known.contains(&&**name) {
            continue;
        }
        let absent = known.iter().copied();
        let absent = absent.filter(|known| fields.get(known).is_none());
        if let Some(near) = bindle_core::text::nearest(&name, absent) {
            let draft = near_setting(&name, near, path);
            findings.report_in(Eras::CURRENT, draft);
        }
    }
}

/// That a setting of a trigger is nearly another.
pub(super) fn near_setting(name: &Located<&str>, near: &str, path: &Path<'_>) -> Draft {
    let message = format!("the trigger has no setting `{}`", **name);
    let (kind, path, span) = (ProblemKind::UnknownField, path.key(name), name.span());
    Draft::warning(kind, &path, span, message).hint(format!("did you mean `{near}`?"))
}
