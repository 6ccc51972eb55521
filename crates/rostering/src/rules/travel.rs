//! Distance from the home station to the post.

/// What distance costs, per duty served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Travel {
    /// Penalty for every full ten kilometres between home station and post, as the crow flies; 0 for none.
    pub per_ten_km: u32,
}

impl Travel {
    /// Penalty for one duty; places are metres east and north.
    pub fn cost(&self, home: (i32, i32), post: (i32, i32)) -> u32 {
        let (east, north) = (i64::from(home.0) - i64::from(post.0), i64::from(home.1) - i64::from(post.1));
        // Both terms are below 2^33, so the sum of squares is below 2^67: widen before squaring.
        let metres =
            (i128::from(east) * i128::from(east) + i128::from(north) * i128::from(north)).unsigned_abs().isqrt();
        u32::try_from(metres / 10_000).unwrap_or(u32::MAX).saturating_mul(self.per_ten_km)
    }
}
