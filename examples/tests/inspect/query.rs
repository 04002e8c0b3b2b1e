//! Queries over files of invoices.

use serde_json::json;

use crate::{inspect, records};

#[test]
fn answers_queries_over_files() {
    let files = [
        "invoice_signed_2.toml",
        "label_a.toml",
        "invoice_signed_creator.toml",
    ];
    let query = |arguments: &[&str]| inspect(&[&["query"], arguments, &files].concat());
    let output = query(&["--strict", "--version", "^1", "--limit", "1", "demo"]);
    // One of the files holds no invoice.
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("label_a.toml is not an invoice"));
    let record = &records(&output)[0];
    assert_eq!(
        record["invoices"][0]["bindle"]["name"],
        "example.com/demo/app"
    );
    let fields = [
        "query", "strict", "offset", "limit", "total", "more", "yanked",
    ];
    assert_eq!(
        fields.map(|field| record[field].clone()),
        [
            json!("demo"),
            json!(true),
            json!(0),
            json!(1),
            json!(1),
            json!(false),
            json!(false)
        ]
    );
    assert!(record["timestamp"].as_u64().unwrap() > 1_700_000_000);
    let output = query(&["--limit", "300", ""]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        records(&output),
        [json!({
            "error": "query parameter `limit` is \"300\"; expected a whole number from 0 to 255",
        })]
    );
}
