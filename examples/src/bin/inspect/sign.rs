use std::io::{self, Write};
use std::path::PathBuf;

use bindle_core::{InvoiceReader, Role, SecretKeyEntry, SecretKeyFile, SignedTextForm, UnixTime};

use crate::{Format, Outcome, fail, source};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The file of secret keys.
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
    /// The role to sign in: creator, approver, host or proxy. The first key
    /// that is marked for it signs.
    #[arg(long)]
    role: Role,
    /// The label of the key that signs, if several are marked for the role.
    #[arg(long)]
    label: Option<String>,
    /// The time of the signature, in seconds since 1970-01-01T00:00:00Z.
    #[arg(long, value_name = "UNIX", value_parser = seconds)]
    at: u64,
    /// Which text is signed: the one that deployed verifiers accept, or that of
    /// the specification, which covers the time.
    #[arg(long, value_enum, default_value_t = Form::Reference)]
    form: Form,
    /// The file of the invoice in TOML; `-` for standard input.
    #[arg(value_name = "INVOICE")]
    file: PathBuf,
}

fn seconds(text: &str) -> Result<u64, String> {
    let seconds = text.parse();
    seconds.map_err(|_| "write whole seconds, such as `1700000000`".to_owned())
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    Reference,
    Spec,
}

pub(crate) fn run(
    arguments: &Arguments,
    format: Format,
    out: &mut impl Write,
) -> io::Result<Outcome> {
    match sign(arguments) {
        Ok(toml) => {
            out.write_all(toml.as_bytes())?;
            Ok(Outcome::Well)
        }
        Err(error) => fail(out, format, &arguments.file, &error),
    }
}

fn sign(arguments: &Arguments) -> Result<String, String> {
    let secret = source::name(&arguments.secret);
    let keys = SecretKeyFile::from_toml(&source::read_text(&arguments.secret)?)
        .map_err(|problems| format!("{secret} is not a file of secret keys:\n{problems}"))?;
    let is_wanted = |entry: &&SecretKeyEntry| {
        let label = arguments.label.as_deref();
        entry.roles().contains(arguments.role) && label.is_none_or(|label| label == entry.label())
    };
    let signer = keys.entries().iter().find(is_wanted).ok_or_else(|| {
        let of = arguments
            .label
            .as_ref()
            .map_or(String::new(), |label| format!(" of {label:?}"));
        format!(
            "{secret} has no key{of} that is marked for the role `{}`",
            arguments.role
        )
    })?;
    let file = source::name(&arguments.file);
    let read = InvoiceReader::new().read_bytes(&source::read(&arguments.file)?);
    let mut invoice = read
        .map_err(|problems| format!("{file} is not a valid invoice:\n{problems}"))?
        .into_invoice();
    let form = match arguments.form {
        Form::Reference => SignedTextForm::Reference,
        Form::Spec => SignedTextForm::Specification,
    };
    let at = UnixTime::from_seconds(arguments.at);
    invoice
        .sign_in_form(signer, arguments.role, at, form)
        .map_err(|error| format!("{file} was not signed: {error}"))?;
    Ok(invoice.to_toml())
}
