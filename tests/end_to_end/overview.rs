//! What the README says of the committed results.

use nablab::book::{Accounts, Results, experiments};
use nablab::data::Dataset;
use std::path::Path;

#[test]
fn the_readme_has_the_overview_of_the_committed_results() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let results = root.join("results");
    // A package has none.
    if !results.exists() {
        return;
    }
    let data = Dataset::mnist().unwrap();
    // What takes long may not have been run.
    let found = experiments().filter_map(|experiment| {
        let results = Results::read(&results.join(experiment.id), &data).unwrap();
        assert!(results.is_some() || experiment.long, "{} is missing", experiment.id);
        results
    });
    let found: Vec<Results> = found.collect();
    let accounts = Accounts::new(&found);
    assert!(accounts.numbers().judged() >= 560);
    let table = accounts.by_chapter().to_markdown();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(&table), "README.md should have this table:\n\n{table}");
}
