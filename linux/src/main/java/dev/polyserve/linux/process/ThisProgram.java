package dev.polyserve.linux.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How this program was started.
///
/// **Thread**: any.
public final class ThisProgram {
    private ThisProgram() {}

    /// What starts it again: its command line, with its real path in the first place.
    ///
    /// @throws IOException when the system does not tell (`proc(5)`)
    public static List<String> commandLine() throws IOException {
        String[] line = Files.readString(Path.of("/proc/self/cmdline"), Charset.defaultCharset()).split("\0", -1);
        List<String> command = new ArrayList<>();
        command.add(Path.of("/proc/self/exe").toRealPath().toString());
        // The last one ends with a zero, too.
        command.addAll(Arrays.asList(line).subList(1, line.length - 1));
        return command;
    }
}
