package dev.polyserve.bench.contender;

import com.sun.management.OperatingSystemMXBean;
import dev.polyserve.bench.process.ProcFiles;
import dev.polyserve.bench.result.BenchEnvironment;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Describes this machine and its Java runtime, for the report of a benchmark.
public final class MachineDescription {
    private static final Path RELEASE = Path.of("/etc/os-release");
    private static final String RELEASE_NAME = "PRETTY_NAME=";

    private MachineDescription() {}

    /// The environment of the measurement, for the results.
    public static BenchEnvironment environment(ProcessorPlacement placement) {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Optional<String> processors = ProcFiles.text("cpuinfo");
        return new BenchEnvironment(processors.flatMap(MachineDescription::processorName).orElse(system.getArch()),
                processors.map(MachineDescription::count).filter(count -> count > 0)
                        .orElse(system.getAvailableProcessors()),
                system.getTotalMemorySize(), systemName(system), placement.describe(), versions());
    }

    static Optional<String> processorName(String cpuinfo) {
        return cpuinfo.lines().filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).filter(name -> !name.isEmpty()).findFirst();
    }

    static int count(String cpuinfo) {
        return (int) cpuinfo.lines().filter(line -> line.startsWith("processor")).count();
    }

    static Optional<String> distribution(String release) {
        return release.lines().filter(line -> line.startsWith(RELEASE_NAME))
                .map(line -> line.substring(RELEASE_NAME.length()).replace("\"", "")).findFirst();
    }

    private static String systemName(OperatingSystemMXBean system) {
        String kernel = system.getName() + " " + system.getVersion() + " " + system.getArch();
        try {
            return distribution(Files.readString(RELEASE)).map(name -> name + ", " + kernel).orElse(kernel);
        } catch (IOException e) {
            return kernel; // the file exists on most Linux distributions only
        }
    }

    private static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("polyserve", Optional.ofNullable(MachineDescription.class.getPackage().getImplementationVersion())
                .orElse("development"));
        versions.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        return versions;
    }
}
