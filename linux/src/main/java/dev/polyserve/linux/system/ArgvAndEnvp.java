package dev.polyserve.linux.system;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The arguments and the environment of a program (`argv`, `envp`) in native memory, encoded once for all of its
/// starts.
///
/// Code that uses an address of it keeps it reachable until the call returns.
///
/// **Thread**: any.
public final class ArgvAndEnvp {
    private final Arena arena = Arena.ofAuto();
    private final long arguments;
    private final Map<String, Variable> variables = new HashMap<>();

    /// A variable of the program.
    ///
    /// @param value its value
    /// @param address the address of `NAME=VALUE`
    private record Variable(String value, long address) {}

    /// Encodes the texts.
    ///
    /// @param command the program, a path or a name to look up on our PATH, and its arguments
    /// @throws IllegalArgumentException when the encoding lacks one of their characters
    public ArgvAndEnvp(List<String> command, Map<String, String> environment) {
        MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, command.size() + 1);
        for (int i = 0; i < command.size(); i++) {
            array.setAtIndex(ValueLayout.JAVA_LONG, i, text(arena, command.get(i)));
        }
        this.arguments = array.address();
        environment.forEach((name, value) -> variables.put(name, new Variable(value, text(arena, name + "=" + value))));
    }

    /// Returns the address of the arguments: an array of addresses, the first of which is that of the program's name.
    long arguments() {
        return arguments;
    }

    /// Returns the address of the program's name.
    long name() {
        return MemorySegment.ofAddress(arguments).reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
    }

    /// Returns true when the variable is one of the program, with the same value.
    public boolean has(String name, String value) {
        return address(name, value) != 0;
    }

    /// Returns the address of a variable of the program; 0 when it has none with that value.
    long address(String name, String value) {
        Variable known = variables.get(name);
        return known != null && known.value.equals(value) ? known.address : 0;
    }

    /// Returns the address of an environment (`envp`) for one start.
    ///
    /// @param room zeroed memory, which lives until the program is started
    /// @param environment the whole of it; variables of the program are not encoded again
    long environment(SegmentAllocator room, Map<String, String> environment) {
        MemorySegment array = room.allocate((environment.size() + 1L) * Long.BYTES, Long.BYTES);
        int index = 0;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            long known = address(variable.getKey(), variable.getValue());
            array.setAtIndex(ValueLayout.JAVA_LONG, index,
                    known == 0 ? text(room, variable.getKey() + "=" + variable.getValue()) : known);
            index++;
        }
        return array.address();
    }

    /// Returns the address of an encoded text.
    static long text(SegmentAllocator room, String text) {
        byte[] bytes = SurrogateEscape.encode(text);
        // The memory is zeroed, which terminates the text.
        MemorySegment copy = room.allocate(bytes.length + 1L, 1);
        MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return copy.address();
    }
}
