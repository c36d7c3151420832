//! Whether something grows, however much it goes up and down.

/// By how much `values`, taken at equal distances, grow from the first to the last: the
/// median of the slopes between all pairs (Theil and Sen), which a few outliers don't move.
pub fn growth(values: &[f64]) -> f64 {
    let pairs = values.iter().enumerate().flat_map(|(at, first)| {
        let later = values[at + 1..].iter().enumerate();
        later.map(move |(distance, second)| (second - first) / (distance + 1) as f64)
    });
    let mut slopes: Vec<f64> = pairs.collect();
    if slopes.is_empty() {
        return 0.0;
    }
    slopes.sort_by(f64::total_cmp);
    slopes[slopes.len() / 2] * (values.len() - 1) as f64
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

#[test]
fn a_leak_is_seen_through_noise_and_noise_is_no_leak() {
    let noise = |at: u32| f64::from(at * 7919 % 13) + if at % 50 == 7 { 500.0 } else { 0.0 };
    let flat: Vec<f64> = (0..300).map(|at| 1000.0 + noise(at)).collect();
    assert!(growth(&flat).abs() < 3.0, "{}", growth(&flat));
    let leak: Vec<f64> = (0..300)
        .map(|at| 1000.0 + noise(at) + f64::from(at) / 10.0)
        .collect();
    assert!((25.0..35.0).contains(&growth(&leak)), "{}", growth(&leak));
    assert_eq!(growth(&[1.0]), 0.0);
}
