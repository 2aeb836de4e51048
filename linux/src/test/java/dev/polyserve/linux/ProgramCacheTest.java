package dev.polyserve.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polyserve.Server;
import dev.polyserve.program.TestProgram;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The programs of tests start from the cache. One without our classes would only slow the tests down.
@Tag("slow")
@Timeout(120)
class ProgramCacheTest {
    @Test
    void itHasTheClassesOfAServer() throws Exception {
        // In the mode "on" a JVM that cannot use its cache does not start.
        List<String> command = TestProgram.command(List.of("-XX:AOTMode=on", "-Xlog:class+load"), Serves.class);
        assumeTrue(command.contains("-jar"), "needs a build, whose tests share a cache of classes");
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor()).as(said).isZero();
        assertThat(said.lines())
                .anyMatch(line -> line.contains(" dev.polyserve.run.DefaultServer source: shared objects"));
    }

    /// Binds a server.
    static final class Serves {
        private Serves() {}

        static void main() throws Exception {
            Server.at("tcp://127.0.0.1:0").handle(_ -> {}).bind().close();
        }
    }
}
