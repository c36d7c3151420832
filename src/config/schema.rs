//! The JSON Schema of the file, for editors.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

use super::raw::File;

/// The JSON Schema of the configuration file. It allows a little more than
/// [`parse`](super::parse) does, never less.
#[must_use]
pub fn schema() -> Value {
    // The draft that editors' YAML support knows best.
    let settings = SchemaSettings::draft07();
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    schema.insert("title".into(), "api-gateway configuration".into());
    RecursiveTransform(forbid_null).transform(&mut schema);
    schema.to_value()
}

/// An `Option` allows null in schemars' eyes. For a section that is right: its
/// keys may all be commented out. A value without its text is a mistake.
fn forbid_null(schema: &mut Schema) {
    if let Some(Value::Array(forms)) = schema.get_mut("anyOf") {
        *forms = std::mem::take(forms).into_iter().flat_map(flat).collect();
        let is_section = |form: &Value| form.get("$ref").is_some();
        if !forms.iter().any(is_section) {
            forms.retain(|form| form["type"] != "null");
        }
        if let [Value::Object(only)] = forms.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            for (key, value) in only {
                schema.insert(key, value);
            }
        }
    }
    if let Some(Value::Array(types)) = schema.get_mut("type")
        && let [Value::String(only), Value::String(null)] = types.as_slice()
        && null == "null"
    {
        let only = only.clone();
        schema.insert("type".into(), only.into());
    }
}

/// The forms of a choice inside another: a section or a list of them, or null.
fn flat(form: Value) -> Vec<Value> {
    match form {
        Value::Object(mut only) if only.len() == 1 && only.contains_key("anyOf") => {
            match only.remove("anyOf") {
                Some(Value::Array(forms)) => forms,
                _ => Vec::new(),
            }
        }
        form => vec![form],
    }
}
