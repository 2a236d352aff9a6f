/// The version of mien, which every run's metadata records.
public let mienVersion = "0.1.0"
