//! Values of settings.

use spin_manifest::{Table, Value};

#[test]
fn have_the_names_that_toml_gives_them() {
    for (value, name) in [
        (Value::Array(Vec::new()), "an array"),
        (Value::Boolean(false), "a boolean"),
        (Value::Datetime("2026-11-30".to_owned()), "a date or time"),
        (Value::Float(0.5), "a float"),
        (Value::Integer(1), "an integer"),
        (Value::from("a"), "a string"),
        (Value::from(Table::new()), "a table"),
    ] {
        assert_eq!(value.type_name(), name);
    }
}
