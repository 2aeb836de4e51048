package dev.polyserve.faults;

import dev.polyserve.Server;
import dev.polyserve.coroutine.Carrier;
import dev.polyserve.linux.LinuxModels;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How to start a [ServerProcess].
final class Settings {
    /// What may grow once, when it is first needed, must be there before anything is compared.
    private static final int WARM_UP_CLIENTS = 8;

    private final Mode mode;
    private final Map<String, String> values = new LinkedHashMap<>();
    private int heapMegabytes = 256;
    private int descriptors;

    private Settings(Mode mode) {
        this.mode = mode;
        values.put("model", mode.model());
        values.put("style", mode.style().name());
        // Longer than any test, so that the monitor runs but says nothing: on a busy machine any turn of a loop may be slow, and
        // many a test wants an empty log.
        values.put("stall", "600000");
    }

    static Settings of(Mode mode) {
        return new Settings(mode);
    }

    Mode mode() {
        return mode;
    }

    Settings service(Services.Kind kind) {
        return with("service", kind.name());
    }

    Settings with(String name, Object value) {
        values.put(name, value.toString());
        return this;
    }

    Settings heapMegabytes(int most) {
        heapMegabytes = most;
        return this;
    }

    /// Gives the process so many descriptors in all.
    Settings descriptors(int most) {
        descriptors = most;
        return this;
    }

    /// How many clients it serves at once, of those that are enough to make it warm.
    private int warmUpClients() {
        int most = mode.iterative() ? 1 : WARM_UP_CLIENTS;
        for (String limit : List.of("connections", "per-address", "threads")) {
            most = Math.min(most, Integer.parseInt(values.getOrDefault(limit, "" + most)));
        }
        return most;
    }

    /// Starts the server, makes it warm, lets the test do its worst, and then wants everything back that it had before.
    void test(Test test) throws Exception {
        Requirements.model(mode.model());
        try (ServerProcess server = ServerProcess.start(this)) {
            try {
                server.warmUp(warmUpClients());
                Footprint before = server.footprint();
                test.run(server);
                Eventually.holds(() -> before.requireAgain(server.footprint()));
                server.requireNoDefectLogged();
            } catch (Exception | AssertionError e) {
                e.addSuppressed(new AssertionError("the server logged:\n" + String.join("\n", server.log())));
                throw e;
            }
        }
    }

    /// What is done to the server.
    @FunctionalInterface
    interface Test {
        void run(ServerProcess server) throws Exception;
    }

    List<String> command() {
        return command(StartUpCache.ofServers());
    }

    /// The same with these options of the Java machine, and without its cache.
    List<String> command(List<String> options) {
        List<String> java = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMegabytes + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-XX:-UseDynamicNumberOfCompilerThreads", "-Xlog:disable", "-XX:NativeMemoryTracking=summary",
                "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%6$s%n", "-Djdk.trackAllThreads=true",
                "--enable-native-access=ALL-UNNAMED", "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--add-opens",
                "java.base/jdk.internal.vm=ALL-UNNAMED", "-cp", classPath(), FaultServer.class.getName()));
        java.addAll(1, ServerProcess.crashOptions());
        java.addAll(1, options);
        values.forEach((name, value) -> java.add(name + "=" + value));
        if (descriptors == 0) {
            return java;
        }
        List<String> limited = new ArrayList<>(
                List.of("bash", "-c", "ulimit -n " + descriptors + "; exec \"$@\"", "limited"));
        limited.addAll(java);
        return limited;
    }

    private static String classPath() {
        return Stream.concat(Stream.of(Server.class, Carrier.class, LinuxModels.class).map(Settings::origin),
                Stream.of(StartUpCache.testClasses())).collect(Collectors.joining(File.pathSeparator));
    }

    /// Where a class is from, as an entry of a class path.
    static String origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path has an entry that is no file", e);
        }
    }
}
