/* A Windows program that stands for one of this machine's own: `gcc.exe` for mingw's gcc, say. A process
 * under wine can start Linux programs, but not wait for them: so tool.sh writes down how the program
 * ended, and this waits for that file.
 *
 *     x86_64-w64-mingw32-gcc -municode -DSCRIPT='L"/path/of/tool.sh"' -o gcc.exe tool.c
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

enum { PATIENCE_MS = 300000, FAILED = 125 };

/* What stands behind the program's own name in its command line, quotes included. */
static const wchar_t *tail(const wchar_t *line) {
    int quoted = 0;
    for (; *line && (quoted || *line != ' '); line++)
        quoted ^= *line == '"';
    return line;
}

/* The program's own name: gcc, of C:\path\of\gcc.exe. */
static void stem(wchar_t *name) {
    wchar_t path[MAX_PATH];
    GetModuleFileNameW(NULL, path, MAX_PATH);
    wchar_t *last = wcsrchr(path, '\\');
    wcscpy(name, last ? last + 1 : path);
    wchar_t *dot = wcsrchr(name, '.');
    if (dot)
        *dot = 0;
}

static int start(const wchar_t *answer) {
    static wchar_t line[32768];
    wchar_t name[MAX_PATH];
    stem(name);
    int length = _snwprintf(line, 32767, L"/bin/bash \"" SCRIPT L"\" \"%ls\" %ls%ls", answer, name,
                            tail(GetCommandLineW()));
    if (length < 0)
        return 0;
    STARTUPINFOW how = {.cb = sizeof how};
    PROCESS_INFORMATION process;
    return CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &how, &process);
}

static void copy(const wchar_t *answer, const wchar_t *suffix, FILE *to) {
    wchar_t path[MAX_PATH + 8];
    wcscat(wcscpy(path, answer), suffix);
    FILE *from = _wfopen(path, L"rb");
    char part[4096];
    size_t length;
    while (from && (length = fread(part, 1, sizeof part, from)) > 0)
        fwrite(part, 1, length, to);
    if (from)
        fclose(from);
    _wremove(path);
}

/* The status that was written down, once it is. */
static int status(const wchar_t *answer) {
    wchar_t path[MAX_PATH + 8];
    wcscat(wcscpy(path, answer), L".status");
    for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
        FILE *file = _wfopen(path, L"rb");
        int status;
        if (file) {
            int fields = fscanf(file, "%d", &status);
            fclose(file);
            _wremove(path);
            return fields == 1 ? status : FAILED;
        }
        Sleep(10);
    }
    return FAILED;
}

int wmain(void) {
    wchar_t folder[MAX_PATH], answer[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    if (!GetTempFileNameW(folder, L"ans", 0, answer) || !start(answer)) {
        fwprintf(stderr, L"tool: error %lu\n", GetLastError());
        return FAILED;
    }
    int code = status(answer);
    copy(answer, L".out", stdout);
    copy(answer, L".err", stderr);
    _wremove(answer);
    return code;
}
