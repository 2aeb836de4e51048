package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compiles and runs the first program of the README, with another endpoint.
@Tag("slow")
class CompactProgramTest {
    private static final String SHOWN_ENDPOINT = "tcp://127.0.0.1:8888";

    @Test
    void answersInUpperCaseUntilExit(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("s");
        String shown = Files.readString(Documents.ROOT.resolve("examples/compact/Upper.java"));
        assertThat(shown).containsOnlyOnce(SHOWN_ENDPOINT);
        compile(shown.replace(SHOWN_ENDPOINT, "unix:" + socket), directory);
        try (var loader = new URLClassLoader(new URL[]{directory.toUri().toURL()})) {
            Thread program = Thread.ofPlatform().start(() -> runMain(loader));
            try (Client client = connect(socket, program)) {
                assertThat(client.send("hello\nworld\n").line()).isEqualTo("HELLO");
                assertThat(client.line()).isEqualTo("WORLD");
                assertThat(client.send("exit\n").rest()).isEmpty();
            } finally {
                program.interrupt();
                program.join();
            }
        }
    }

    private static void compile(String source, Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("Upper.java"), source);
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var options = List.of("-proc:none", "-Xlint:all,-path", "-Werror", "-d", directory.toString(), "-cp",
                    System.getProperty("java.class.path"));
            var task = compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(file));
            assertThat(task.call()).as("it compiles without a warning").isTrue();
        }
    }

    private static void runMain(ClassLoader loader) {
        try {
            Constructor<?> constructor = loader.loadClass("Upper").getDeclaredConstructor();
            constructor.setAccessible(true);
            Object program = constructor.newInstance();
            Method main = program.getClass().getDeclaredMethod("main");
            main.setAccessible(true);
            main.invoke(program);
        } catch (ReflectiveOperationException e) {
            // The interrupt at the end of the test.
            assertThat(e).hasCauseInstanceOf(InterruptedException.class);
        }
    }

    /// Retries until the program listens, which it does not report.
    private static Client connect(Path socket, Thread program) throws IOException {
        while (true) {
            try {
                return Client.at(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                if (!program.isAlive()) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }
}
