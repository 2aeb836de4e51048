package dev.polyserve.linux.process;

import dev.polyserve.linux.system.SurrogateEscape;
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

/// How this program was started, byte for byte ([SurrogateEscape]), and the directory for programs that it starts.
///
/// **Thread**: any.
public final class CurrentProgram {
    private static final System.Logger LOG = System.getLogger(CurrentProgram.class.getName());
    private static final Path SELF = Path.of("/proc/self");
    private static final Path ROOT = Path.of("/");
    /// The suffix that the system adds to the name of a deleted directory.
    private static final String DELETED = " (deleted)";
    /// The JDK's replacement for bytes that it cannot decode.
    private static final char LOST = '\ufffd';

    private CurrentProgram() {}

    /// The encoding of these texts.
    public static Charset encoding() {
        return SurrogateEscape.CHARSET;
    }

    /// True when all bytes that such a text represents are valid in that encoding.
    public static boolean isText(String text) {
        return !SurrogateEscape.hasForeignBytes(text);
    }

    /// The command line that starts this program again, with its real path in the first place.
    ///
    /// @throws IOException when the system does not provide it (`proc(5)`)
    public static List<String> commandLine() throws IOException {
        List<String> line = texts("cmdline");
        List<String> command = new ArrayList<>();
        command.add(SELF.resolve("exe").toRealPath().toString());
        command.addAll(line.subList(1, line.size()));
        return command;
    }

    /// The environment with which this program was started.
    public static Map<String, String> environment() {
        return new HashMap<>(StartedWith.ENVIRONMENT);
    }

    /// Reads the environment, if it was not read yet: a process that has changed its user may not be allowed to any
    /// more.
    public static void rememberEnvironment() {
        int unused = StartedWith.ENVIRONMENT.size();
        assert unused >= 0;
    }

    /// Read on first use.
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

    /// Returns the same variables; where a value is this program's own, with the original bytes that the JDK could not
    /// decode.
    public static Map<String, String> exact(Map<String, String> variables) {
        if (variables.values().stream().noneMatch(value -> value.indexOf(LOST) >= 0)) {
            return variables;
        }
        Map<String, String> ours = environment();
        Map<String, String> exact = new HashMap<>(variables);
        exact.replaceAll((name, value) -> value.equals(System.getenv(name)) ? ours.getOrDefault(name, value) : value);
        return exact;
    }

    /// The directory in which to start this program again: its working directory, or the root directory when that was
    /// deleted, because a JVM does not start in a deleted one.
    public static Optional<Path> directory() {
        try {
            Path own = Files.readSymbolicLink(SELF.resolve("cwd"));
            if (!own.toString().endsWith(DELETED) || Files.exists(own)) {
                return Optional.empty();
            }
        } catch (IOException _) {
            // A system without /proc does not report it.
            return Optional.empty();
        }
        LOG.log(System.Logger.Level.WARNING, "the working directory was deleted: this program is started again in "
                + ROOT + ", where relative paths lead elsewhere");
        return Optional.of(ROOT);
    }

    /// The zero-terminated texts of a file.
    private static List<String> texts(String file) throws IOException {
        List<String> texts = new ArrayList<>();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (byte next : Files.readAllBytes(SELF.resolve(file))) {
            if (next == 0) {
                texts.add(SurrogateEscape.decode(text.toByteArray()));
                text.reset();
            } else {
                text.write(next);
            }
        }
        return texts;
    }
}
