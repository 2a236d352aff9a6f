import Glibc

/// The cameras of this machine.
package struct CameraList: Sendable, Codable, Equatable {
    /// The cameras in the order of their numbers. Nodes that give no pictures, such as the metadata node many
    /// webcams have, are left out.
    package var cameras: [Camera] = []
    /// Why there are none, if so, as far as can be told.
    package var reason: String?

    /// Looks for cameras and asks each what it offers.
    package init() {
        let nodes = Self.nodes
        cameras = nodes.compactMap(Self.camera)
        guard cameras.isEmpty else { return }
        reason =
            nodes.isEmpty
            ? Self.reasonForNoNodes
            : "\(nodes.joined(separator: ", ")): \(nodes.count == 1 ? "this gives no" : "none of these gives") pictures"
    }

    /// The nodes that could be cameras, by number.
    static var nodes: [String] {
        let numbers = folderEntries("/dev").compactMap { name -> Int? in
            name.hasPrefix("video") ? Int(name.dropFirst(5)) : nil
        }
        return numbers.sorted().map { "/dev/video\($0)" }
    }

    /// The stable link to `path`, if there is one. A link below /dev/v4l/by-id is one itself.
    static func stablePath(of path: String) -> String? {
        let folder = "/dev/v4l/by-id/"
        if path.hasPrefix(folder) { return path }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return folderEntries(folder).sorted().first { entry in
            target(folder + entry)?.split(separator: "/").last.map(String.init) == name
        }.map { folder + $0 }
    }

    /// The node that a stable link leads to now.
    static func node(of link: String) -> String? {
        target(link)?.split(separator: "/").last.map { "/dev/\($0)" }
    }

    private static func camera(_ path: String) -> Camera? {
        var camera = Camera(
            path: path, name: path, stablePath: stablePath(of: path), formats: [], problem: nil)
        do throws(CameraNode.Failure) {
            let node = try CameraNode(path)
            camera.name = node.name
            camera.formats = node.formats
            if node.isBusy { camera.problem = .busy }
        } catch {
            switch error {
            case .missing, .notCamera: return nil
            case .notPermitted: camera.problem = .notPermitted
            case .busy: camera.problem = .busy
            case .failing(let words): camera.problem = .failing(words)
            }
        }
        return camera
    }

    private static var reasonForNoNodes: String {
        if access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 {
            return """
                there is no /dev/video*, and this is a container: it sees a camera only if it is started with one, \
                as in --device /dev/video0
                """
        }
        if access("/sys/class/video4linux", F_OK) != 0 {
            return """
                there is no /dev/video*, and the running kernel has no camera driver loaded (no \
                /sys/class/video4linux): no camera is plugged in, or a virtual machine or container does not pass it on
                """
        }
        return "there is no /dev/video*: no camera is plugged in, or its driver does not know it"
    }

    private static func target(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = readlink(path, buffer.baseAddress!, buffer.count)
            return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
        }
    }
}

/// The names in a folder; none if it cannot be read.
func folderEntries(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        names.append(
            withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            })
    }
    return names
}
