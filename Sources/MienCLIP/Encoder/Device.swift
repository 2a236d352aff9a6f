import MienTensor

/// What computations run on: the threads, and scratch memory that they share.
struct Device {
    let workers: Workers
    let workspace = Workspace()
}
