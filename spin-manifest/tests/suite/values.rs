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

#[test]
fn are_equal_if_type_and_bits_are() {
    let values = [
        Value::Array(Vec::new()),
        Value::Array(vec![Value::from(true)]),
        Value::from(false),
        Value::from(true),
        Value::Datetime("2026-11-30".to_owned()),
        Value::from("2026-11-30"),
        Value::Float(f64::NAN),
        Value::Float(0.0),
        Value::Float(-0.0),
        Value::Float(1.0),
        Value::Integer(0),
        Value::Integer(1),
        Value::from(Table::new()),
        Value::from(Table::from_iter([("a".to_owned(), Value::from(true))])),
    ];
    for (index, value) in values.iter().enumerate() {
        for (other, another) in values.iter().enumerate() {
            assert_eq!(value == another, index == other, "{value:?}, {another:?}");
        }
    }
}
