use bindle_core::Invoice;

const SIGNED: &str = include_str!("../../reference-wire/invoice_signed_2.toml");

#[test]
fn writes_what_the_reference_writes() {
    for text in [
        SIGNED,
        include_str!("../../reference-wire/invoice_signed_creator.toml"),
    ] {
        let invoice = Invoice::from_toml(text).unwrap();
        assert_eq!(invoice.to_toml(), text);
        assert_eq!(invoice.to_reference_toml().as_str(), text);
    }
}
