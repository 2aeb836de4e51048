package dev.polyserve.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/// The files of the page. They show nothing of the server, so that they take no token.
///
/// **Thread**: any.
final class StaticFiles {
    private static final String VENDOR = "vendor/uplot-1.6.32/";

    private record File(String resource, String type) {}

    private static final Map<String, File> FILES = Map.of("/", new File("admin.html", "text/html; charset=utf-8"),
            "/admin.js", new File("admin.js", "text/javascript; charset=utf-8"),
            "/admin.css", new File("admin.css", "text/css; charset=utf-8"),
            "/uPlot.js", new File(VENDOR + "uPlot.iife.min.js", "text/javascript; charset=utf-8"),
            "/uPlot.css", new File(VENDOR + "uPlot.min.css", "text/css; charset=utf-8"));

    private StaticFiles() {}

    /// The file at this path.
    static Optional<Answer> at(String path) throws IOException {
        File file = FILES.get(path);
        if (file == null) {
            return Optional.empty();
        }
        try (InputStream in = StaticFiles.class.getResourceAsStream(file.resource)) {
            if (in == null) {
                throw new IOException("polyserve-admin is damaged: it lacks " + file.resource);
            }
            return Optional.of(new Answer(Answer.OK, file.type, in.readAllBytes()));
        }
    }
}
