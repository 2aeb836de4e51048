package dev.polyserve.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Servers start from the cache. A cache that the JDK rejects would only slow the tests down.
class StartUpCacheTest {
    @Test
    @EnabledIfSystemProperty(named = "polyserve.faults.jar", matches = ".+")
    void aServerStartsFromItsCache() throws Exception {
        assertThat(StartUpCache.ofServers()).hasSize(1);
        List<String> options = new ArrayList<>(StartUpCache.ofServers());
        options.add("-XX:AOTMode=on");
        // In this mode a JVM that cannot use its cache does not start.
        Process server = new ProcessBuilder(Settings.of(new Mode("virtual", Mode.Style.PROTOCOL)).command(options))
                .redirectErrorStream(true).start();
        try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).startsWith("ready ");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}
