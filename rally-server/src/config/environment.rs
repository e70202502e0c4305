//! The environment an app runs in, and the variables of `.env`.

use std::path::Path;

use crate::config::BootError;

/// The environment an app runs in: development or production.
///
/// In production, the app's cookies are `Secure`, and the app tells browsers to use https only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// A developer's machine, without https.
    #[default]
    Development,
    /// A deployed app, behind https.
    Production,
}

impl Environment {
    /// Reads the environment from the environment variable `APP_ENV`.
    ///
    /// The values `prod` and `production` mean production. Case and surrounding white space
    /// are ignored. All other values mean development, and so does a missing variable.
    pub fn current() -> Self {
        Self::named(&std::env::var("APP_ENV").unwrap_or_default())
    }

    fn named(name: &str) -> Self {
        let names = ["prod", "production"];
        match names.iter().any(|it| it.eq_ignore_ascii_case(name.trim())) {
            true => Self::Production,
            false => Self::Development,
        }
    }

    /// Returns `true` if this is production.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

/// Adds the variables of the file to the environment. A variable that is already set
/// keeps its value. Does nothing if the file does not exist.
///
/// Must be called before the process starts threads: another thread must not read
/// the environment while it is changed.
pub(crate) fn load_dotenv(file: &Path) -> Result<(), BootError> {
    let invalid = |which: String| {
        let file = file.display();
        Err(BootError::new(format_args!(
            "cannot parse {which} of `{file}`: write the line as `NAME=value` or `# comment`"
        )))
    };
    match dotenvy::from_path(file) {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        // Show the number of the line, and not its text, which may be a secret.
        Err(dotenvy::Error::LineParse(line, _)) => {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            match text.lines().position(|it| it.trim() == line.trim()) {
                Some(index) => invalid(format!("line {}", index + 1)),
                None => invalid("a line".to_owned()),
            }
        }
        Err(error) => {
            let file = file.display();
            Err(BootError::new(format_args!("cannot read `{file}`: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_env_names_the_environment() {
        for name in ["prod", "production", "PROD", "Production"] {
            assert_eq!(Environment::named(name), Environment::Production, "{name}");
        }
        for name in ["", "dev", "development", "product", "prod2", "staging"] {
            assert_eq!(Environment::named(name), Environment::Development, "{name}");
        }
    }

    /// All tests share the variables of the process, so each test must use different names.
    fn loaded(text: &str) -> Result<(), BootError> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(".env");
        std::fs::write(&file, text).unwrap();
        load_dotenv(&file)
    }

    #[test]
    fn the_file_sets_only_variables_that_are_not_set() {
        let text = "# a comment\n\nexport RALLY_TEST_A=one # another\nRALLY_TEST_B=\"two words\"\n\
                    RALLY_TEST_C='it''s #3'\nPATH=/nowhere\n";
        loaded(text).unwrap();
        let var = |name| std::env::var(name).unwrap();
        assert_eq!(var("RALLY_TEST_A"), "one");
        assert_eq!(var("RALLY_TEST_B"), "two words");
        assert_eq!(var("RALLY_TEST_C"), "its #3");
        assert_ne!(var("PATH"), "/nowhere");
    }

    #[test]
    fn a_malformed_line_is_reported_by_number_without_its_text() {
        let error = loaded("RALLY_TEST_D=1\nsecret with no name\n").unwrap_err().to_string();
        assert!(error.contains("cannot parse line 2"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn a_missing_file_is_not_an_error() {
        load_dotenv(Path::new("/nowhere/.env")).unwrap();
    }
}
