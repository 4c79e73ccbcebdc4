package dev.millrace.transform.file;

import dev.millrace.spec.FileSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The files that a pattern names. {@code *}, {@code ?}, {@code [a-c]} and <code>{a,b}</code> match within one part of the
 * path, {@code **} as a part matches any depth of folders; a wildcard at its beginning does not match a name that begins
 * with a dot. A folder stands for the files right in it. Links are followed, but not by {@code **}.
 *
 * <p>A look reads the names of the folders that the pattern passes through, and asks size and time of those files only that
 * its caller does not know.
 */
public final class FileListing {
    private static final String ANY_DEPTH = "**";

    private final FileSettings settings;
    private final Path folder;
    private final List<String> parts;

    public FileListing(SourceSpec.Files files) {
        this.settings = files.settings();
        List<String> all = new ArrayList<>();
        for (String part : files.pattern().split("/")) {
            if (!part.isEmpty()) {
                all.add(part);
            }
        }
        int fixed = 0;
        while (fixed < all.size() - 1 && !isWild(all.get(fixed))) {
            fixed++;
        }
        this.folder = Path.of("/" + String.join("/", all.subList(0, fixed)));
        this.parts = List.copyOf(all.subList(fixed, all.size()));
    }

    private static boolean isWild(String part) {
        return part.chars().anyMatch(c -> "*?[{\\".indexOf(c) >= 0);
    }

    /** Whether it can name more than one file; a folder's name can. */
    public boolean isMany() {
        return parts.size() != 1 || isWild(parts.get(0)) || Files.isDirectory(folder.resolve(parts.get(0)));
    }

    /**
     * Fails if its folder cannot be read: nothing could ever be found.
     *
     * @throws StatementException SOURCE_UNREACHABLE
     */
    public void check() {
        try {
            Files.newDirectoryStream(folder).close();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * The files that are there, in the order of their paths.
     *
     * @param known paths that need no look
     * @param max at most so many
     * @throws StatementException SOURCE_UNREACHABLE if a folder cannot be read
     */
    public List<FoundFile> list(Predicate<String> known, int max) {
        return list(known, max, e -> {
            throw e;
        });
    }

    /**
     * The same, where a folder below the first that cannot be read keeps nobody from the others.
     *
     * @param unreadable told of each such folder
     */
    public List<FoundFile> list(Predicate<String> known, int max, Consumer<StatementException> unreadable) {
        // Two "**" may come to the same file by two ways.
        SortedMap<String, FoundFile> found = new TreeMap<>();
        try {
            look(
                    folder,
                    0,
                    file -> {
                        if (found.size() < max && !known.test(file.toString())) {
                            FoundFile.at(file)
                                    .filter(this::isWanted)
                                    .ifPresent(there -> found.put(there.path(), there));
                        }
                    },
                    e -> unreadable.accept(unreachable(e)));
        } catch (IOException e) {
            throw unreachable(e);
        } catch (DirectoryIteratorException e) {
            throw unreachable(e.getCause());
        }
        return List.copyOf(found.values());
    }

    /** The file at a path as it is now, if it is one of these. */
    public Optional<FoundFile> find(String path) {
        return list(other -> !other.equals(path), 1).stream().findFirst();
    }

    /**
     * Fails if the pattern is the name of a folder, as files that were there show, and the folder is gone: what has this name
     * now, or will have it, could as well be a file.
     *
     * @param known paths of files that were found once
     * @throws StatementException SOURCE_UNREACHABLE
     */
    public void checkFolder(Collection<String> known) {
        Path named = folder.resolve(parts.get(0));
        if (parts.size() == 1 && !isWild(parts.get(0)) && Files.notExists(named)) {
            String below = named + "/";
            if (known.stream().anyMatch(path -> path.startsWith(below))) {
                throw unreachable(new NoSuchFileException(named.toString()));
            }
        }
    }

    /** Whether the pattern names a path, whatever is there. */
    public boolean isNamed(String path) {
        String prefix = folder.toString().equals("/") ? "/" : folder + "/";
        return path.startsWith(prefix)
                && isNamed(List.of(path.substring(prefix.length()).split("/")), 0, 0);
    }

    private boolean isNamed(List<String> names, int name, int part) {
        if (part == parts.size() || name == names.size()) {
            // A folder stands for the files right in it.
            boolean inFolder = name == names.size() - 1 && !isWild(parts.get(part - 1));
            return name == names.size() && part == parts.size() || part == parts.size() && inFolder;
        }
        String wanted = parts.get(part);
        if (wanted.equals(ANY_DEPTH)) {
            return part == parts.size() - 1 || isNamed(names, name, part + 1) || isNamed(names, name + 1, part);
        }
        boolean matches = isWild(wanted)
                ? FileSystems.getDefault().getPathMatcher("glob:" + wanted).matches(Path.of(names.get(name)))
                : wanted.equals(names.get(name));
        return matches && isNamed(names, name + 1, part + 1);
    }

    private boolean isWanted(FoundFile file) {
        return (file.size() > 0 || settings.zeroByteFiles())
                && file.modifiedMillis() >= settings.newerThanSeconds() * 1_000;
    }

    private interface Visit {
        void visit(Path file) throws IOException;
    }

    private void look(Path in, int part, Visit visit, Consumer<AccessDeniedException> denied) throws IOException {
        String name = parts.get(part);
        boolean last = part == parts.size() - 1;
        if (!isWild(name)) {
            Path path = in.resolve(name);
            if (!last) {
                look(path, part + 1, visit, denied);
            } else if (Files.isDirectory(path)) {
                each(path, false, FileListing::isShown, visit, denied);
            } else {
                each(in, true, other -> other.equals(path), visit, denied);
            }
            return;
        }
        boolean first = part == 0;
        if (name.equals(ANY_DEPTH)) {
            if (last) {
                each(in, first, FileListing::isShown, visit, denied);
            } else {
                look(in, part + 1, visit, denied);
            }
            Visit below = path -> {
                if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    look(path, part, visit, denied);
                }
            };
            each(in, first, FileListing::isShown, below, denied);
            return;
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + name);
        Predicate<Path> matches = path -> matcher.matches(path.getFileName())
                && (isShown(path) || name.startsWith(".") || name.startsWith("\\."));
        Visit each = path -> {
            if (last) {
                visit.visit(path);
            } else if (Files.isDirectory(path)) {
                look(path, part + 1, visit, denied);
            }
        };
        each(in, first, matches, each, denied);
    }

    private static boolean isShown(Path path) {
        return !path.getFileName().toString().startsWith(".");
    }

    /** @param must whether the folder has to be there: others may go while somebody looks */
    private static void each(
            Path in, boolean must, Predicate<Path> wanted, Visit visit, Consumer<AccessDeniedException> denied)
            throws IOException {
        DirectoryStream<Path> opened;
        try {
            opened = Files.newDirectoryStream(in);
        } catch (AccessDeniedException e) {
            if (must) {
                throw e;
            }
            denied.accept(e);
            return;
        } catch (NoSuchFileException | NotDirectoryException e) {
            if (must) {
                throw e;
            }
            return;
        }
        try (DirectoryStream<Path> entries = opened) {
            for (Path entry : entries) {
                if (wanted.test(entry)) {
                    visit.visit(entry);
                }
            }
        }
    }

    private StatementException unreachable(IOException e) {
        String reason;
        if (e instanceof NoSuchFileException) {
            reason = "folder '" + e.getMessage() + "' is not there";
        } else if (e instanceof NotDirectoryException) {
            reason = "'" + e.getMessage() + "' is not a folder";
        } else if (e instanceof AccessDeniedException) {
            reason = "'" + e.getMessage() + "' must not be read";
        } else {
            reason = "folder '" + folder + "' cannot be read: " + e.getMessage();
        }
        return new StatementException(SqlState.SOURCE_UNREACHABLE, reason, e);
    }
}
