//! An input taken apart.

/// Hands out the bytes of an input. When they are used up there are zeros and nothing.
pub struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        Self(input)
    }

    pub fn byte(&mut self) -> u8 {
        let (byte, rest) = match self.0 {
            [byte, rest @ ..] => (*byte, rest),
            [] => (0, self.0),
        };
        self.0 = rest;
        byte
    }

    /// One of them.
    pub fn choice<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::from(self.byte()) % of.len()]
    }

    /// Up to the next line end, which a text editor can write into a seed.
    pub fn line(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|&b| b == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.0[..end], &self.0[end + 1..]),
            None => (self.0, &[][..]),
        };
        self.0 = rest;
        line
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Where an input is cut: pieces of 1 to 16 bytes, or as long as `step` says, whose lengths
/// differ and depend on nothing but `seed`.
pub fn cuts(length: usize, seed: u8) -> Vec<usize> {
    let mut state = u32::from(seed) | 0x100;
    let mut at = 0;
    let mut cuts = Vec::new();
    while at < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        at += 1 + (state >> 24) as usize % 16;
        cuts.push(at.min(length));
    }
    cuts
}
