//! The workspace: root, target directory and packages, from `cargo metadata`.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, FailureContext, Result};

#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
    pub(crate) test_with: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) binaries: Vec<String>,
    /// The root source file of each crate, such as the library, the binaries and the tests.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) rust_version: Option<String>,
    /// `true` if the package has an `index.html` from which trunk builds a crate.
    pub(crate) is_app: bool,
}

impl Workspace {
    pub(crate) fn load() -> Result<Self> {
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let output = command.output().context(|| "run `cargo metadata`".to_owned())?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!(
                "cannot load the workspace: `cargo metadata` failed\n{}",
                errors.trim_end()
            )));
        }
        let metadata = serde_json::from_slice(&output.stdout)
            .context(|| "read the output of `cargo metadata`".to_owned())?;
        let mut workspace = Self::parse(&metadata)
            .ok_or_else(|| Failure::new("the output of `cargo metadata` has an unknown format"))?;
        for member in &mut workspace.members {
            let shell = fs::read_to_string(member.dir.join("index.html"));
            member.is_app = shell.is_ok_and(|html| builds_a_crate(&html));
        }
        Ok(workspace)
    }

    fn parse(metadata: &Value) -> Option<Self> {
        let members: Option<_> = metadata["packages"].as_array()?.iter().map(member).collect();
        Some(Self {
            root: PathBuf::from(metadata["workspace_root"].as_str()?),
            target: PathBuf::from(metadata["target_directory"].as_str()?),
            members: members?,
            test_with: test_with(metadata),
        })
    }

    pub(crate) fn tests_with(&self, name: &str) -> bool {
        self.test_with.iter().any(|wanted| wanted == name)
    }

    pub(crate) fn rust_version(&self) -> Option<&str> {
        let versions = self.members.iter().filter_map(|member| member.rust_version.as_deref());
        versions.max_by_key(|version| numbers(version))
    }

    /// Returns the target directory of the browser build. The server build has another one, because
    /// the two builds may have different compilers, and would then invalidate each other's files.
    pub(crate) fn browser_target(&self) -> PathBuf {
        self.target.join("browser")
    }

    /// Returns the directory of the built browser files, with a subdirectory for each app.
    pub(crate) fn dist(&self, mode: Mode) -> PathBuf {
        self.target.join("rally").join(mode.directory())
    }

    pub(crate) fn binaries(&self, mode: Mode) -> PathBuf {
        self.target.join(mode.directory())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Debug,
    Release,
}

impl Mode {
    pub(crate) fn directory(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    Command::new(program)
}

/// Parses a version into numbers, so that versions compare as numbers: 1.100 is newer than 1.95.
pub(crate) fn numbers(version: &str) -> Vec<u64> {
    let digits = version.split(|c: char| !c.is_ascii_digit());
    digits.take(3).map(|part| part.parse().unwrap_or(0)).collect()
}

fn member(package: &Value) -> Option<Member> {
    let manifest = Path::new(package["manifest_path"].as_str()?);
    let targets = package["targets"].as_array()?;
    let is = |target: &Value, wanted: &str| {
        let kinds = target["kind"].as_array();
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == wanted))
    };
    let binaries = targets.iter().filter(|target| is(target, "bin"));
    let crates = targets.iter().filter(|target| !is(target, "custom-build"));
    Some(Member {
        name: package["name"].as_str()?.to_owned(),
        dir: manifest.parent()?.to_owned(),
        binaries: binaries.filter_map(|target| Some(target["name"].as_str()?.to_owned())).collect(),
        roots: crates.filter_map(|target| Some(target["src_path"].as_str()?.into())).collect(),
        rust_version: package["rust_version"].as_str().map(str::to_owned),
        is_app: false,
    })
}

fn test_with(metadata: &Value) -> Vec<String> {
    let names = metadata["metadata"]["rally"]["test-with"].as_array();
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// Returns `true` if a page has `<link data-trunk rel="rust" ..>`, with attributes in any order and
/// with any quotes.
fn builds_a_crate(html: &str) -> bool {
    html.split('<').any(|tag| {
        let tag = tag.split('>').next().unwrap_or_default().replace(['"', '\''], "");
        tag.starts_with("link") && tag.contains("data-trunk") && tag.contains("rel=rust")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_parsed() {
        let metadata = serde_json::json!({
            "packages": [{
                "name": "counter",
                "manifest_path": "/w/examples/counter/Cargo.toml",
                "rust_version": "1.95",
                "targets": [
                    { "name": "counter", "kind": ["rlib"], "src_path": "/w/src/lib.rs" },
                    { "name": "counter", "kind": ["bin"], "src_path": "/w/src/main.rs" },
                    { "name": "build", "kind": ["custom-build"], "src_path": "/w/build.rs" },
                ],
            }],
            "workspace_root": "/w",
            "target_directory": "/w/target",
            "metadata": { "rally": { "test-with": ["postgres"] } },
        });
        let workspace = Workspace::parse(&metadata).expect("the metadata should be parsed");
        assert_eq!(workspace.members[0].dir, Path::new("/w/examples/counter"));
        assert_eq!(workspace.members[0].binaries, ["counter"]);
        let roots = ["/w/src/lib.rs", "/w/src/main.rs"].map(PathBuf::from);
        assert_eq!(workspace.members[0].roots, roots);
        assert!(workspace.tests_with("postgres"));
        assert!(!workspace.tests_with("mysql"));
        assert_eq!(workspace.rust_version(), Some("1.95"));
        assert_eq!(workspace.dist(Mode::Release), Path::new("/w/target/rally/release"));
        assert!(Workspace::parse(&serde_json::json!({ "packages": [] })).is_none());
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(numbers("1.100") > numbers("1.95.1"));
        assert_eq!(numbers("1.96.0+dfsg1-1~deb12u2"), [1, 96, 0]);
    }

    #[test]
    fn an_app_has_a_rust_link() {
        assert!(builds_a_crate("<head>\n<link data-trunk rel=\"rust\" data-wasm-opt='z' />"));
        assert!(builds_a_crate("<link rel=rust data-trunk>"));
        assert!(builds_a_crate("<link\n  data-trunk\n  rel=\"rust\"\n/>"));
        assert!(!builds_a_crate("<link data-trunk rel=\"css\" href=\"rust.css\">"));
        assert!(!builds_a_crate("data-trunk rel=\"rust\""));
    }
}
