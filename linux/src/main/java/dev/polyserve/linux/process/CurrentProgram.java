package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SystemText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How this program was started, byte for byte ([SystemText]), and where programs that it starts work.
///
/// **Thread**: any.
public final class CurrentProgram {
    private static final System.Logger LOG = System.getLogger(CurrentProgram.class.getName());
    private static final Path SELF = Path.of("/proc/self");
    private static final Path ROOT = Path.of("/");
    /// What the system adds to the name of a directory that was deleted.
    private static final String DELETED = " (deleted)";
    /// What the JDK has in the place of bytes that are no text to it.
    private static final char LOST = '\ufffd';

    private CurrentProgram() {}

    /// The encoding in which these texts are read.
    public static Charset encoding() {
        return SystemText.CHARSET;
    }

    /// Whether all of the bytes for which such a text stands are text in that encoding.
    public static boolean isText(String text) {
        return !SystemText.hasForeignBytes(text);
    }

    /// What starts it again: its command line, with its real path in the first place.
    ///
    /// @throws IOException when the system does not tell (`proc(5)`)
    public static List<String> commandLine() throws IOException {
        List<String> line = texts("cmdline");
        List<String> command = new ArrayList<>();
        command.add(SELF.resolve("exe").toRealPath().toString());
        command.addAll(line.subList(1, line.size()));
        return command;
    }

    /// Its environment, as it was started with.
    public static Map<String, String> environment() {
        return new HashMap<>(StartedWith.ENVIRONMENT);
    }

    /// Reads its environment, if it was not read yet: a process that has changed its user may not any more.
    public static void rememberEnvironment() {
        int unused = StartedWith.ENVIRONMENT.size();
        assert unused >= 0;
    }

    /// Read when it is asked for first.
    private static final class StartedWith {
        private static final Map<String, String> ENVIRONMENT = environment();

        private static Map<String, String> environment() {
            List<String> pairs;
            try {
                pairs = texts("environ");
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG,
                        "the system does not tell the environment, so variables that are no text"
                                + " to the JDK are not exact: " + e.getMessage());
                return System.getenv();
            }
            Map<String, String> environment = new HashMap<>();
            for (String pair : pairs) {
                int equals = pair.indexOf('=', 1);
                if (equals > 0) {
                    environment.putIfAbsent(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            return environment;
        }
    }

    /// The same variables, and in those that this program has too, the bytes that the JDK could not read.
    public static Map<String, String> exact(Map<String, String> variables) {
        if (variables.values().stream().noneMatch(value -> value.indexOf(LOST) >= 0)) {
            return variables;
        }
        Map<String, String> ours = environment();
        Map<String, String> exact = new HashMap<>(variables);
        exact.replaceAll((name, value) -> value.equals(System.getenv(name)) ? ours.getOrDefault(name, value) : value);
        return exact;
    }

    /// Where this program is to be started again: where it works; or in the root directory when its own was deleted, in which a JVM
    /// does not start.
    public static Optional<Path> directory() {
        try {
            Path own = Files.readSymbolicLink(SELF.resolve("cwd"));
            if (!own.toString().endsWith(DELETED) || Files.exists(own)) {
                return Optional.empty();
            }
        } catch (IOException _) {
            // A system without /proc does not tell.
            return Optional.empty();
        }
        LOG.log(System.Logger.Level.WARNING, "the working directory was deleted: this program is started again in "
                + ROOT + ", where relative paths lead elsewhere");
        return Optional.of(ROOT);
    }

    /// The texts of a file in which each ends with a zero.
    private static List<String> texts(String file) throws IOException {
        List<String> texts = new ArrayList<>();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (byte next : Files.readAllBytes(SELF.resolve(file))) {
            if (next == 0) {
                texts.add(SystemText.decode(text.toByteArray()));
                text.reset();
            } else {
                text.write(next);
            }
        }
        return texts;
    }
}
