//! A WebAssembly module as bytes: its sections, and the names and sizes of its functions.
//!
//! Only the sections that `cargo rally build` reads or changes are parsed. A crate that parses
//! everything would take longer to compile than the rest of `rally-cli`'s own code.

use std::collections::HashMap;
use std::ops::Range;

const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const EXPORT: u8 = 7;
const CODE: u8 = 10;
const DATA: u8 = 11;

pub(super) struct Module<'a> {
    bytes: &'a [u8],
    sections: Vec<Section>,
}

struct Section {
    kind: u8,
    /// The range of the whole section, with its header.
    whole: Range<usize>,
    content: Range<usize>,
}

/// A function of the module. The name is `None` if the module has no name section.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: Option<String>,
    /// The size of the body in bytes, with its length prefix.
    pub(super) size: usize,
}

impl<'a> Module<'a> {
    /// Returns `None` if the bytes are not a module.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader { bytes, at: 0 };
        (reader.take(MAGIC.len())? == MAGIC).then_some(())?;
        let mut sections = Vec::new();
        while reader.at < bytes.len() {
            let start = reader.at;
            let kind = reader.byte()?;
            let size = reader.number()?;
            let content = reader.at..reader.at.checked_add(size)?;
            reader.take(size)?;
            sections.push(Section { kind, whole: start..reader.at, content });
        }
        Some(Self { bytes, sections })
    }

    /// Returns the functions in the order of the code section.
    pub(super) fn functions(&self) -> Option<Vec<Function>> {
        let mut names = self.names().unwrap_or_default();
        let mut reader = self.reader(CODE)?;
        let imported = self.imported_functions()?;
        let count = reader.number()?;
        (0..count)
            .map(|index| {
                let start = reader.at;
                let size = reader.number()?;
                reader.take(size)?;
                let name = names.remove(&(imported + index));
                Some(Function { name, size: reader.at - start })
            })
            .collect()
    }

    pub(super) fn has_names(&self) -> bool {
        self.names().is_some_and(|names| !names.is_empty())
    }

    pub(super) fn data_size(&self) -> usize {
        self.section(DATA).map_or(0, |section| section.whole.len())
    }

    /// Returns the module without custom sections: names, producers, target features.
    pub(super) fn stripped(&self) -> Vec<u8> {
        let kept = self.sections.iter().filter(|section| section.kind != CUSTOM);
        let mut module = MAGIC.to_vec();
        kept.for_each(|section| module.extend(&self.bytes[section.whole.clone()]));
        module
    }

    /// Returns the names of all imports and exports, and of the modules of the imports. A module's
    /// name is repeated for each of its imports.
    pub(super) fn linked_names(&self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for kind in [IMPORT, EXPORT] {
            self.map_names(kind, |name| {
                names.push(name.to_owned());
                name.to_owned()
            })?;
        }
        Some(names)
    }

    /// Returns the module with new names of imports and exports. Names that the map lacks stay.
    pub(super) fn renamed(&self, names: &HashMap<String, String>) -> Option<Vec<u8>> {
        let mut module = MAGIC.to_vec();
        for section in &self.sections {
            let new_name = |name: &str| names.get(name).map_or(name, String::as_str).to_owned();
            match section.kind {
                IMPORT | EXPORT => {
                    let content = self.map_names(section.kind, new_name)?;
                    module.push(section.kind);
                    write_number(&mut module, content.len());
                    module.extend(content);
                }
                _ => module.extend(&self.bytes[section.whole.clone()]),
            }
        }
        Some(module)
    }

    /// Returns the content of the section of imports or exports, with the names that `new_name`
    /// returns.
    fn map_names(&self, kind: u8, mut new_name: impl FnMut(&str) -> String) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let Some(mut reader) = self.reader(kind) else { return Some(content) };
        let count = reader.number()?;
        write_number(&mut content, count);
        for _ in 0..count {
            if kind == IMPORT {
                write_name(&mut content, &new_name(reader.name()?));
            }
            write_name(&mut content, &new_name(reader.name()?));
            let start = reader.at;
            match kind {
                IMPORT => drop(reader.import_type()?),
                _ => reader.export_target()?,
            }
            content.extend(&reader.bytes[start..reader.at]);
        }
        Some(content)
    }

    /// Returns the module and the name of each import.
    pub(super) fn imports(&self) -> Option<Vec<(&'a str, &'a str)>> {
        let Some(mut reader) = self.reader(IMPORT) else { return Some(Vec::new()) };
        let mut imports = Vec::new();
        for _ in 0..reader.number()? {
            imports.push((reader.name()?, reader.name()?));
            reader.import_type()?;
        }
        Some(imports)
    }

    fn imported_functions(&self) -> Option<usize> {
        let Some(mut reader) = self.reader(IMPORT) else { return Some(0) };
        let mut functions = 0;
        for _ in 0..reader.number()? {
            reader.name()?;
            reader.name()?;
            functions += usize::from(reader.import_type()? == 0);
        }
        Some(functions)
    }

    /// Returns the names of the functions, by index.
    fn names(&self) -> Option<HashMap<usize, String>> {
        let mut custom = self.sections.iter().filter(|section| section.kind == CUSTOM);
        let mut reader = custom.find_map(|section| {
            let mut reader = self.reader_of(section);
            (reader.name()? == "name").then_some(reader)
        })?;
        while reader.at < reader.bytes.len() {
            let kind = reader.byte()?;
            let size = reader.number()?;
            if kind == 1 {
                let count = reader.number()?;
                let name = |_| Some((reader.number()?, reader.name()?.to_owned()));
                return (0..count).map(name).collect();
            }
            reader.take(size)?;
        }
        None
    }

    fn section(&self, kind: u8) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }

    fn reader(&self, kind: u8) -> Option<Reader<'a>> {
        self.section(kind).map(|section| self.reader_of(section))
    }

    fn reader_of(&self, section: &Section) -> Reader<'a> {
        Reader { bytes: &self.bytes[section.content.clone()], at: 0 }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(size)?)?;
        self.at += size;
        Some(taken)
    }

    /// Reads an unsigned LEB128 number of up to 64 bits.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(number).ok();
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a str> {
        let size = self.number()?;
        str::from_utf8(self.take(size)?).ok()
    }

    /// Reads the type of an import, and returns its kind: 0 is a function.
    fn import_type(&mut self) -> Option<u8> {
        let kind = self.byte()?;
        match kind {
            // a function
            0 => drop(self.number()?),
            1 => {
                self.reference_type()?;
                self.limits()?;
            }
            2 => self.limits()?,
            // a global: its type, and if it is mutable
            3 => {
                self.reference_type()?;
                self.byte()?;
            }
            // a tag: its attribute and its type
            4 => {
                self.byte()?;
                self.number()?;
            }
            _ => return None,
        }
        Some(kind)
    }

    fn reference_type(&mut self) -> Option<()> {
        // `ref` and `ref null` have a heap type.
        if matches!(self.byte()?, 0x63 | 0x64) {
            self.number()?;
        }
        Some(())
    }

    fn limits(&mut self) -> Option<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Some(())
    }

    fn export_target(&mut self) -> Option<()> {
        self.byte()?;
        self.number()?;
        Some(())
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn write_name(bytes: &mut Vec<u8>, name: &str) {
    write_number(bytes, name.len());
    bytes.extend(name.as_bytes());
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        write_number(&mut bytes, content.len());
        bytes.extend(content);
        bytes
    }

    fn names(functions: &[(u8, &str)]) -> Vec<u8> {
        let mut map = vec![functions.len() as u8];
        for (index, name) in functions {
            map.push(*index);
            write_name(&mut map, name);
        }
        let mut content = b"\x04name".to_vec();
        content.extend(section(0, b"\x01m"));
        content.extend(section(1, &map));
        section(CUSTOM, &content)
    }

    /// A module with two imports (a function and a memory), the functions, an export and data.
    pub(in crate::build) fn module(functions: &[(&str, usize)]) -> Vec<u8> {
        let mut imports = vec![2];
        write_name(&mut imports, "./app_bg.js");
        write_name(&mut imports, "__wbg_now_0123456789abcdef");
        imports.extend([0, 0]);
        write_name(&mut imports, "env");
        write_name(&mut imports, "memory");
        imports.extend([2, 1, 1, 2]);
        let mut exports = vec![1];
        write_name(&mut exports, "main");
        exports.extend([0, 1]);

        let mut code = vec![functions.len() as u8];
        for (_, size) in functions {
            // The size that a function reports includes its length prefix, which has one byte here.
            assert!((2..128).contains(size), "a body should have a short length");
            code.push(*size as u8 - 1);
            code.extend(vec![0; size - 1]);
        }
        let named: Vec<(u8, &str)> =
            (1..).zip(functions).map(|(index, (name, _))| (index, *name)).collect();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(section(IMPORT, &imports));
        bytes.extend(section(EXPORT, &exports));
        bytes.extend(section(CODE, &code));
        bytes.extend(section(DATA, b"\x01\0\x41\0\x0b\x02hi"));
        bytes.extend(names(&named));
        bytes.extend(section(CUSTOM, b"\x09producers\0"));
        bytes
    }

    fn function(name: Option<&str>, size: usize) -> Function {
        Function { name: name.map(str::to_owned), size }
    }

    #[test]
    fn functions_have_names_and_sizes() {
        let bytes = module(&[("app::a", 5), ("app::b", 100)]);
        let module = Module::parse(&bytes).expect("the module should be parsed");
        let expected = [function(Some("app::a"), 5), function(Some("app::b"), 100)];
        assert_eq!(module.functions().expect("functions"), expected);
        assert_eq!(module.data_size(), 10);
    }

    #[test]
    fn a_stripped_module_has_no_custom_sections() {
        let bytes = module(&[("app::a", 5)]);
        let stripped = Module::parse(&bytes).expect("the module should be parsed").stripped();
        let module = Module::parse(&stripped).expect("the stripped module should be parsed");
        assert!(module.sections.iter().all(|section| section.kind != CUSTOM));
        assert_eq!(module.functions().expect("functions"), [function(None, 5)]);
    }

    #[test]
    fn imports_and_exports_are_renamed() {
        let bytes = module(&[("app::a", 5)]);
        let before = Module::parse(&bytes).expect("the module should be parsed");
        let names = ["./app_bg.js", "__wbg_now_0123456789abcdef", "env", "memory", "main"];
        assert_eq!(before.linked_names().expect("names"), names);
        let short = HashMap::from([(names[1].to_owned(), "a".to_owned())]);
        let renamed = before.renamed(&short).expect("the module should be renamed");
        assert_eq!(renamed.len(), bytes.len() - names[1].len() + 1);
        let after = Module::parse(&renamed).expect("the renamed module should be parsed");
        assert_eq!(
            after.linked_names().expect("names"),
            ["./app_bg.js", "a", "env", "memory", "main"]
        );
        assert_eq!(after.functions(), before.functions());
    }

    #[test]
    fn truncated_modules_are_refused() {
        let bytes = module(&[("app::a", 5)]);
        assert!(Module::parse(b"<!DOCTYPE html>").is_none());
        assert!(Module::parse(&bytes[..bytes.len() - 1]).is_none());
        for end in 0..bytes.len() {
            if let Some(module) = Module::parse(&bytes[..end]) {
                let _ = (module.functions(), module.linked_names());
            }
        }
    }
}
