/// Fills buffers with random bytes that nobody can predict. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Entropy(());

impl Entropy {
    /// The operating system's generator.
    pub fn system() -> Self {
        Self(())
    }

    /// Fills `buffer`.
    ///
    /// # Panics
    /// When the operating system has no randomness to give. There is no safe way to go on without: tokens would be
    /// guessable. Linux never does this once it has booted.
    pub fn fill(&self, buffer: &mut [u8]) {
        #[allow(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
        if let Err(error) = getrandom::fill(buffer) {
            panic!("the operating system has no randomness: {error}");
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl parlor_domain::Random for Entropy {
    fn fill(&self, bytes: &mut [u8]) {
        Self::fill(self, bytes);
    }
}
