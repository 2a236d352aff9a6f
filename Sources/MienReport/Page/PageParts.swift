import Foundation

/// The files that a page is made of: its own, which come with mien, and the charts' library.
package struct PageParts {
    /// The page with places such as `{{title}}` in it.
    let template: String
    /// Style sheets and scripts, by the place they go to.
    let inlined: [String: String]

    /// Where Debian's package has the charts' library.
    package static let debianLibrary = "/usr/share/javascript/dygraphs"

    /// Reads the files.
    ///
    /// - Parameter libraries: The folders in which dygraphs may be; the first that has it counts.
    package init(libraries: [String]? = nil) throws(ReportError) {
        let libraries = libraries ?? [Self.resources + "/dygraphs", Self.debianLibrary]
        func own(_ name: String) throws(ReportError) -> String {
            guard let text = Self.text(Self.resources + "/" + name) else {
                throw .missing("\(name) is missing from the installation: reinstall mien")
            }
            return text
        }
        guard let folder = libraries.first(where: { Self.text($0 + "/dygraph.min.js") != nil }),
            let library = Self.text(folder + "/dygraph.min.js"),
            let libraryStyle = Self.text(folder + "/dygraph.min.css")
        else {
            throw .missing(
                "dygraphs, the library that draws a report's charts, is in none of \(libraries.joined(separator: ", ")): "
                    + "apt-get install libjs-dygraphs")
        }
        template = try own("report.html")
        inlined = [
            "style": Self.withoutSourceMap(libraryStyle) + Self.variables + (try own("report.css")),
            "library": try Self.script(Self.withoutSourceMap(library), name: folder + "/dygraph.min.js"),
            "script": try ["data.js", "charts.js", "summary.js", "player.js", "readout.js", "page.js"].map {
                name throws(ReportError) in
                try Self.script(try own(name), name: name)
            }.joined(separator: "\n"),
            "licence": PageText.html(try own("dygraphs-licence.txt")),
        ]
    }

    private static let resources = Bundle.module.bundlePath + "/Resources"

    private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// The palette as custom properties, for the style sheet and the charts.
    private static var variables: String {
        func list(_ theme: Palette.Theme) -> String {
            let colours = theme.expressions.enumerated().map {
                "--expression-\($0.offset):\($0.element.css);"
            }
            let scale = theme.scale.enumerated().map { "--scale-\($0.offset):\($0.element.css);" }
            return (colours + scale).joined()
        }
        return ":root{\(list(Palette.light))}"
            + "@media screen and (prefers-color-scheme:dark){:root:not(.print){\(list(Palette.dark))}}\n"
    }

    /// Nothing may look for files beside the page.
    private static func withoutSourceMap(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("sourceMappingURL=") }.joined(separator: "\n") + "\n"
    }

    /// A script that would end its own element cannot be put into a page.
    private static func script(_ text: String, name: String) throws(ReportError) -> String {
        guard text.range(of: "</script", options: .caseInsensitive) == nil else {
            throw .unusable("\(name) has </script in it, expected a script that can stand in a page")
        }
        return text
    }
}
