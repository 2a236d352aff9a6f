/// The version of mien, which every run's metadata records.
public let mienVersion = "0.2.0"
