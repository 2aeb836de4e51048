package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Each way in which `docs/guide/models.md` sets the flag of event loops makes `auto` choose them.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class EventLoopFlagTest {
    private static final String SOURCE = """
            void main() throws Exception {
                try (var server = dev.polyserve.Server.at("tcp://127.0.0.1:0").handle(client -> {}).start()) {
                    IO.println("chosen: " + server.model().id());
                }
            }
            """;
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    private static final String OF_CLASS_PATH = "--add-opens java.base/java.lang=ALL-UNNAMED";
    private static final String OF_MODULE_PATH = "--add-opens java.base/java.lang=dev.polyserve.coroutine";
    private static final String OF_MANIFEST = "Add-Opens: java.base/java.lang";
    private static final String OF_ENVIRONMENT = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    @TempDir
    private static Path directory;

    private static String guide = "";

    @BeforeAll
    static void compile() throws IOException {
        guide = String.join("\n", Documents.lines("docs/guide/models.md"));
        Path source = Files.writeString(directory.resolve("Chosen.java"), SOURCE);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", library(), "-d",
                directory.toString(), source.toString())).isZero();
    }

    /// The library and what it needs, as class path or module path.
    private static String library() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.matches(".*(/(core|coroutine|linux)/target/|jspecify).*"))
                .filter(entry -> !entry.contains("test")).collect(Collectors.joining(File.pathSeparator));
    }

    private static String classPath() {
        return directory + File.pathSeparator + library();
    }

    /// What the program says when it is started like this.
    private static String chosen(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
        program.environment().putAll(environment);
        Process started = program.start();
        String said = new String(started.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(started.waitFor()).as(said).isZero();
        return said.lines().filter(line -> line.startsWith("chosen: ")).findFirst().orElse(said);
    }

    private static void assertShown(String flag) {
        assertThat(guide).contains(flag);
    }

    private static String[] words(String flag, String... more) {
        return Stream.concat(Stream.of(flag.split(" ")), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void withoutTheFlagAutoIsVirtual() throws Exception {
        assertThat(chosen(Map.of(), NATIVE, "-cp", classPath(), "Chosen")).isEqualTo("chosen: virtual");
    }

    @Test
    void onAClassPath() throws Exception {
        assertShown(OF_CLASS_PATH);
        assertThat(chosen(Map.of(), words(OF_CLASS_PATH, NATIVE, "-cp", classPath(), "Chosen")))
                .isEqualTo("chosen: epoll");
    }

    @Test
    void onAModulePath() throws Exception {
        assertShown(OF_MODULE_PATH);
        assertThat(chosen(Map.of(), words(OF_MODULE_PATH, "--enable-native-access=dev.polyserve.linux", "-p", library(),
                "--add-modules", "ALL-MODULE-PATH", "-cp", directory.toString(), "Chosen")))
                .isEqualTo("chosen: epoll");
    }

    @Test
    void inTheEnvironment() throws Exception {
        assertShown(OF_ENVIRONMENT);
        assertThat(chosen(Map.of("JDK_JAVA_OPTIONS", OF_ENVIRONMENT), NATIVE, "-cp", classPath(), "Chosen"))
                .isEqualTo("chosen: epoll");
    }

    @Test
    void inTheManifestOfAJar() throws Exception {
        assertShown(OF_MANIFEST);
        assertThat(chosen(Map.of(), "-jar", jar().toString())).isEqualTo("chosen: epoll");
    }

    private static Path jar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "Chosen");
        String[] flag = OF_MANIFEST.split(": ", 2);
        attributes.putValue(flag[0], flag[1]);
        attributes.putValue("Enable-Native-Access", "ALL-UNNAMED");
        attributes.putValue("Class-Path", Stream.of(library().split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString()).collect(Collectors.joining(" ")));
        Path jar = directory.resolve("app.jar");
        try (OutputStream file = Files.newOutputStream(jar); var out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("Chosen.class"));
            out.write(Files.readAllBytes(directory.resolve("Chosen.class")));
            out.closeEntry();
        }
        return jar;
    }
}
