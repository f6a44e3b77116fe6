//! Randomness as an argument: decisions take it from their caller, so that a test can repeat them.

/// A source of random bytes: the operating system's generator in production, a seeded one in tests.
pub trait Random {
    /// Fills `bytes` with random bytes fit for secrets.
    fn fill(&self, bytes: &mut [u8]);
}

/// A source that gives the same bytes in every run.
#[cfg(test)]
pub(crate) struct Seeded(std::cell::Cell<u64>);

#[cfg(test)]
impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(std::cell::Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1))
    }
}

#[cfg(test)]
impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut x = self.0.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            self.0.set(x);
            *byte = x.to_le_bytes()[3];
        }
    }
}
