package dev.polyserve.bench.contender;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What the system's kernel held at one moment for everything that runs on the machine.
///
/// The difference of two samples around N connections over loopback, divided by N, is what one costs the kernel: both its
/// ends together, the contender's and the generator's, because nothing tells them apart. Other programs on the machine
/// disturb it, so N is to be large (thousands).
///
/// **Thread**: any; it is a value.
///
/// @param slabBytes the kernel's own objects: sockets, descriptors, epoll entries
/// @param stackBytes the kernel's stacks, one for each thread
/// @param pageTableBytes what maps the memory of processes
/// @param socketBytes buffers of sockets that hold data; none for idle connections
public record KernelMemory(long slabBytes, long stackBytes, long pageTableBytes, long socketBytes) {
    private static final Pattern SOCKET_PAGES = Pattern.compile("(?:TCP|UDP):.* mem \\d+");

    private static final OptionalLong PAGE_BYTES = ProcFiles.text("self", "smaps")
            .map(maps -> ProcFiles.bytes(maps, "KernelPageSize")).orElse(OptionalLong.empty());

    /// Looks now; empty where the system does not tell.
    public static Optional<KernelMemory> now() {
        Optional<String> memory = ProcFiles.text("meminfo");
        Optional<String> sockets = ProcFiles.text("net", "sockstat");
        if (memory.isEmpty() || sockets.isEmpty() || PAGE_BYTES.isEmpty()) {
            return Optional.empty();
        }
        return parse(memory.get(), sockets.get(), PAGE_BYTES.getAsLong());
    }

    /// All of it.
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
