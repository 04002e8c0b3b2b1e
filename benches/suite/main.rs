//! `cargo bench -p benches [-- --quick] [NAME]`: the suite beside its limits.

mod content;
mod documents;
mod identity;
mod manifest;
mod query;
mod range;
mod registry;
mod revisions;
mod select;
mod standalone;
mod trust;

use benches::Suite;

fn main() -> std::io::Result<()> {
    let mut suite = Suite::from_args();
    identity::rows(&mut suite);
    content::rows(&mut suite);
    documents::rows(&mut suite);
    trust::rows(&mut suite);
    select::rows(&mut suite);
    range::rows(&mut suite);
    registry::rows(&mut suite);
    standalone::rows(&mut suite);
    query::rows(&mut suite);
    manifest::rows(&mut suite);
    revisions::rows(&mut suite);
    suite.include(env!("CARGO_BIN_EXE_memory"))?;
    suite.finish()
}
