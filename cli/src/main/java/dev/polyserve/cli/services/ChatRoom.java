package dev.polyserve.cli.services;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Who is in the chat, and what is said there.
///
/// Nobody waits for a slow listener: what its queue does not take it misses, and it is told how much as soon as it takes
/// something again. One that takes nothing at all ends by the server's limit for peers that do not read.
///
/// **Thread**: any.
final class ChatRoom {
    private static final int LONGEST_NAME = 32;

    private final Map<String, ChatMember> members = new ConcurrentHashMap<>();
    private final AtomicLong lastGuest = new AtomicLong();

    /// The conversation of one more client.
    Handler newcomer() {
        return new ChatMember(this);
    }

    /// Takes in a member under a free name.
    String enter(ChatMember member) {
        String name;
        do {
            name = "guest-" + lastGuest.incrementAndGet();
        } while (members.putIfAbsent(name, member) != null);
        tellOthers(member, "* " + name + " joined");
        return name;
    }

    /// Lets a member go.
    void leave(ChatMember member, String name) {
        if (members.remove(name, member)) {
            tellOthers(member, "* " + name + " left");
        }
    }

    /// Gives a member another name, unless it cannot be one or is taken.
    ///
    /// @return what to tell the member
    String rename(ChatMember member, String oldName, String newName) {
        if (newName.isEmpty() || newName.length() > LONGEST_NAME || newName.chars().anyMatch(Character::isWhitespace)) {
            return "* a name has 1 to " + LONGEST_NAME + " characters and no spaces, as in: /name ada";
        }
        if (members.putIfAbsent(newName, member) != null) {
            return "* the name " + newName + " is taken";
        }
        members.remove(oldName, member);
        member.named(newName);
        tellOthers(member, "* " + oldName + " is now " + newName);
        return "* you are now " + newName;
    }

    /// Everybody's names, in order.
    String who() {
        return String.join(", ", new TreeSet<>(members.keySet()));
    }

    /// Sends the line to everybody but `speaker`.
    void tellOthers(ChatMember speaker, String line) {
        for (ChatMember member : members.values()) {
            if (!member.equals(speaker)) {
                member.hear(line);
            }
        }
    }

    /// What a newcomer reads.
    static void greet(Connection connection, String name) throws java.io.IOException {
        connection.writeLine(
                "* welcome, you are " + name + ": /name NEW changes that, /who tells who is here, /quit leaves");
    }
}
