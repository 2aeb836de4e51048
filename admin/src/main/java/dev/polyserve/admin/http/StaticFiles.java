package dev.polyserve.admin.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The files of a page, which are resources of its module. They show nothing of a server, so that they take no token.
///
/// **Thread**: any.
///
/// @param files the file at each path
/// @param resources opens a resource by its name
public record StaticFiles(Map<String, StaticFile> files, Resources resources) {
    /// A file of a page.
    ///
    /// @param resource the name of the resource
    /// @param type the media type
    public record StaticFile(String resource, String type) {
        private static final String UTF_8 = "; charset=utf-8";

        /// A page.
        public static StaticFile html(String resource) {
            return new StaticFile(resource, "text/html" + UTF_8);
        }

        /// A script.
        public static StaticFile script(String resource) {
            return new StaticFile(resource, "text/javascript" + UTF_8);
        }

        /// A style sheet.
        public static StaticFile style(String resource) {
            return new StaticFile(resource, "text/css" + UTF_8);
        }
    }

    /// Opens the resources of a module, which only a class of that module can do.
    public interface Resources {
        /// The resource of this name, or null.
        @Nullable InputStream open(String name);
    }

    /// The file at this path.
    public Optional<HttpEndpointResponse> at(String path) throws IOException {
        StaticFile file = files.get(path);
        return file == null
                ? Optional.empty()
                : Optional.of(new HttpEndpointResponse(HttpEndpointResponse.OK, file.type, bytes(file.resource)));
    }

    /// The content of a resource.
    ///
    /// @throws IOException if there is none
    public byte[] bytes(String resource) throws IOException {
        try (InputStream in = resources.open(resource)) {
            if (in == null) {
                throw new IOException("the program is damaged: it lacks " + resource + "; install it again");
            }
            return in.readAllBytes();
        }
    }
}
