//! The exports trie of a Mach-O file, checked before it is walked. Edges are offsets, so a damaged trie
//! may have cycles, or so many ways to one node that walking them all would never end.

use object::ReadRef;
use object::read::macho::{MachHeader, MachOFile};

use super::Fault;

/// Deeper than any trie of names.
const MAX_DEPTH: usize = 4096;

/// The bytes of the trie. `None` for a file from before there were tries.
pub(super) fn trie_of<'data, Mach, R>(
    file: &MachOFile<'data, Mach, R>,
) -> Result<Option<&'data [u8]>, Fault>
where
    Mach: MachHeader,
    R: ReadRef<'data>,
{
    let endian = file.endian();
    let (mut info, mut trie) = (None, None);
    let mut commands = file.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        if let Some(command) = command.dyld_exports_trie()? {
            trie = Some((command.dataoff.get(endian), command.datasize.get(endian)));
        } else if let Some(command) = command.dyld_info()? {
            info = Some((
                command.export_off.get(endian),
                command.export_size.get(endian),
            ));
        }
    }
    let Some((offset, size)) = trie.or(info) else {
        return Ok(None);
    };
    let bytes = file.data().read_bytes_at(offset.into(), size.into());
    Ok(Some(bytes.map_err(
        |()| "the exports trie lies outside of the file",
    )?))
}

/// Refuses a trie whose nodes overlap: in a sound one, no byte belongs to two.
pub(super) fn check(trie: &[u8]) -> Result<(), Fault> {
    let mut left = trie.len();
    let mut pending = vec![(0, 1)];
    while let Some((offset, depth)) = pending.pop() {
        let node = usize::try_from(offset)
            .ok()
            .and_then(|offset| trie.get(offset..));
        let mut reader = Reader(node.ok_or("a node lies outside of the exports trie")?);
        let whole = reader.0.len();
        for child in reader
            .children()
            .ok_or("a node of the exports trie is cut off")?
        {
            pending.push((child, depth + 1));
        }
        left = left
            .checked_sub(whole - reader.0.len())
            .ok_or("nodes of the exports trie overlap")?;
        if depth > MAX_DEPTH {
            return Err("the exports trie is too deep".into());
        }
    }
    Ok(())
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// The offsets of a node's children. A node is the size of its export, the export, the number of
    /// children and, for each, a string that ends with NUL and an offset.
    fn children(&mut self) -> Option<Vec<u64>> {
        let export = usize::try_from(self.number()?).ok()?;
        self.0 = self.0.get(export..)?;
        let (&count, rest) = self.0.split_first()?;
        self.0 = rest;
        (0..count).map(|_| self.edge()).collect()
    }

    fn edge(&mut self) -> Option<u64> {
        let end = self.0.iter().position(|&byte| byte == 0)?;
        self.0 = &self.0[end + 1..];
        self.number()
    }

    /// An unsigned LEB128 number: seven bits per byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}
