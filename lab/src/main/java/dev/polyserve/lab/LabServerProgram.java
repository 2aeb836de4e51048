package dev.polyserve.lab;

import dev.polyserve.lab.server.LabServer;
import dev.polyserve.lab.server.LabServerArguments;
import dev.polyserve.linux.system.SystemCalls;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/// The program that each server of the lab runs: a `java` and the classes of this program.
///
/// **Thread**: any; it is a value.
///
/// @param command what starts [LabServer], without its arguments
public record LabServerProgram(List<String> command) {
    /// Small heaps, because several servers run at once; system calls are counted.
    static final List<String> OPTIONS = List.of("-Xmx128m", "-D" + SystemCalls.COUNTED + "=true");
    private static final List<String> JVM = List.of("-XX:+UseSerialGC", "--add-opens",
            "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED");

    /// Copies the command.
    public LabServerProgram {
        command = List.copyOf(command);
    }

    /// The program that runs now.
    ///
    /// @throws LabException if it runs from no class path
    public static LabServerProgram running() throws LabException {
        String classPath = System.getProperty("java.class.path", "");
        if (classPath.isBlank()) {
            throw new LabException("the lab cannot start servers, because it runs neither from a jar nor from a class"
                    + " path: start it as java -jar polyserve.jar lab");
        }
        List<String> words = new ArrayList<>();
        words.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        words.addAll(JVM);
        words.addAll(OPTIONS);
        words.addAll(List.of("-cp", classPath, LabServer.class.getName()));
        return new LabServerProgram(words);
    }

    /// The command that starts a server.
    List<String> command(LabServerArguments arguments) {
        List<String> words = new ArrayList<>(command);
        words.addAll(arguments.words());
        return List.copyOf(words);
    }
}
