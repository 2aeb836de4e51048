package dev.polyserve.bench.contender;

import dev.polyserve.bench.process.ProcFiles;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The memory that the kernel holds at one moment, for everything that runs on the machine.
///
/// The difference of two samples around N connections over loopback, divided by N, is the kernel's cost of a
/// connection. It includes both ends, the contender's and the load generator's, because the kernel does not account
/// them separately. Other programs on the machine disturb the figure, so N should be large (thousands).
///
/// **Thread**: any; it is a value.
///
/// @param slabBytes kernel objects: sockets, descriptors, epoll entries
/// @param stackBytes kernel stacks, one per thread
/// @param pageTableBytes page tables
/// @param socketBytes buffers of sockets that hold data; none for idle connections
public record KernelMemory(long slabBytes, long stackBytes, long pageTableBytes, long socketBytes) {
    private static final Pattern SOCKET_PAGES = Pattern.compile("(?:TCP|UDP):.* mem \\d+");

    private static final OptionalLong PAGE_BYTES = ProcFiles.text("self", "smaps")
            .map(maps -> ProcFiles.bytes(maps, "KernelPageSize")).orElse(OptionalLong.empty());

    /// Samples now; empty where the system does not report it.
    public static Optional<KernelMemory> now() {
        Optional<String> memory = ProcFiles.text("meminfo");
        Optional<String> sockets = ProcFiles.text("net", "sockstat");
        if (memory.isEmpty() || sockets.isEmpty() || PAGE_BYTES.isEmpty()) {
            return Optional.empty();
        }
        return parse(memory.get(), sockets.get(), PAGE_BYTES.getAsLong());
    }

    /// The sum of all parts.
    public long totalBytes() {
        return slabBytes + stackBytes + pageTableBytes + socketBytes;
    }

    static Optional<KernelMemory> parse(String meminfo, String sockstat, long pageBytes) {
        OptionalLong slab = ProcFiles.bytes(meminfo, "Slab");
        OptionalLong stacks = ProcFiles.bytes(meminfo, "KernelStack");
        OptionalLong tables = ProcFiles.bytes(meminfo, "PageTables");
        if (slab.isEmpty() || stacks.isEmpty() || tables.isEmpty()) {
            return Optional.empty();
        }
        long socketPages = SOCKET_PAGES.matcher(sockstat).results().map(MatchResult::group)
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))).sum();
        return Optional.of(new KernelMemory(slab.getAsLong(), stacks.getAsLong(), tables.getAsLong(),
                socketPages * pageBytes));
    }
}
