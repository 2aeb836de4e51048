package dev.polyserve.lab;

import dev.polyserve.lab.server.RecordedServer;
import dev.polyserve.lab.server.ServerArguments;
import dev.polyserve.linux.system.SystemCalls;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/// The program that each server of the lab runs: a `java` and the classes of this program.
///
/// **Thread**: any; it is a value.
///
/// @param java the `java` to run
/// @param classPath where the classes are
public record LabServerProgram(String java, String classPath) {
    /// Small heaps: several servers run at once.
    private static final List<String> OPTIONS = List.of("-Xmx128m", "-XX:+UseSerialGC", "--add-opens",
            "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
            "-D" + SystemCalls.COUNTED + "=true");

    /// The program that runs now.
    ///
    /// @throws LabException if it runs from no class path
    public static LabServerProgram running() throws LabException {
        String classPath = System.getProperty("java.class.path", "");
        if (classPath.isBlank()) {
            throw new LabException("the lab cannot start servers, because it runs neither from a jar nor from a class"
                    + " path: start it as java -jar polyserve.jar lab");
        }
        return new LabServerProgram(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                classPath);
    }

    /// The command that starts a server.
    List<String> command(ServerArguments arguments) {
        List<String> words = new ArrayList<>();
        words.add(java);
        words.addAll(OPTIONS);
        words.addAll(List.of("-cp", classPath, RecordedServer.class.getName()));
        words.addAll(arguments.words());
        return List.copyOf(words);
    }
}
