package dev.polyserve.lab.page;

import dev.polyserve.admin.http.StaticFiles;
import dev.polyserve.admin.http.StaticFiles.StaticFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The files of the lab's page, by path.
final class LabPageFiles {
    static final String PAGE = "lab.html";
    /// The style sheets, in the order of their effect.
    static final List<String> STYLES = List.of("base.css", "controls.css", "lab.css");
    /// The scripts, each after those that it imports.
    static final List<String> SCRIPTS = List.of("dom.js", "figures.js", "highlight.js", "lanes.js", "player.js",
            "text.js",
            "recording.js", "moments.js", "draw.js", "picture.js", "panel.js", "model.js", "setup.js", "page.js");
    static final StaticFiles FILES = new StaticFiles(paths(), LabPageFiles.class::getResourceAsStream);

    private LabPageFiles() {}

    private static Map<String, StaticFile> paths() {
        var files = new HashMap<String, StaticFile>();
        files.put("/", StaticFile.html(PAGE));
        STYLES.forEach(style -> files.put("/" + style, StaticFile.style(style)));
        SCRIPTS.forEach(script -> files.put("/" + script, StaticFile.script(script)));
        return Map.copyOf(files);
    }

    /// The texts of files, one after the other.
    ///
    /// @throws IOException if one is missing
    static String all(List<String> files) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String file : files) {
            all.append(text(file));
        }
        return all.toString();
    }

    /// The text of a file.
    ///
    /// @throws IOException if it is missing
    static String text(String file) throws IOException {
        return new String(FILES.bytes(file), StandardCharsets.UTF_8);
    }
}
