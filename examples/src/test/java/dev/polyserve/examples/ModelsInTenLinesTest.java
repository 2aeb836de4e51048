package dev.polyserve.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.examples.models.ModelExample;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ten lines of each model are a program; two of them are run.
@Tag("slow")
class ModelsInTenLinesTest {
    @TempDir
    private static Path directory;

    @BeforeAll
    static void compile() throws IOException {
        var files = new ArrayList<Path>();
        for (ModelExample example : ModelExample.all()) {
            files.add(Files.writeString(directory.resolve(example.programName() + ".java"), example.withPolyserve()));
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            var options = List.of("-proc:none", "-Xlint:all,-path", "-Werror", "-d", directory.toString(), "-cp",
                    System.getProperty("java.class.path"));
            var task = compiler.getTask(null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files));
            assertThat(task.call()).as("they compile without a warning").isTrue();
        }
    }

    /// The others differ in the name of the model only.
    @ParameterizedTest
    @ValueSource(strings = {"virtual", "process-pool"})
    void itEchoes(String model) throws Exception {
        assumeTrue(Server.whyNot(Model.named(model)).isEmpty(),
                () -> "needs a model that cannot run here: " + Server.whyNot(Model.named(model)).orElse(""));
        String classPath = directory + File.pathSeparator + System.getProperty("java.class.path");
        try (StartedProgram program = StartedProgram.start(classPath, "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                ModelExample.of(model).programName(), "0")) {
            int port = ((Endpoint.Tcp) Endpoint.parse(program.firstLine())).port();
            try (Client client = Client.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                assertThat(client.send("hello\n").line()).isEqualTo("hello");
                assertThat(client.send("world").end().rest()).isEqualTo("world");
            }
        }
    }
}
