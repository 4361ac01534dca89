// A second checker of evidence packs, written from docs/evidence.md with Go's standard library only.
//
// It shares no code with the first and takes the same steps, but for two: it does not split texts into
// words (Go's standard library has no NFKC), so it takes the terms of each passage from the pack; and
// it does not look at the page. Usage: checker [-key VERIFIER] PACK; prints {"ok", "steps"}; exit code 0 or 6.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/big"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

type object = map[string]any
type list = []any

type step struct {
	Name     string   `json:"name"`
	OK       bool     `json:"ok"`
	Problems []string `json:"problems"`
}

type pack struct {
	data    []byte
	order   []string
	members map[string][]byte
	values  map[string]any
	now     *step
}

func (p *pack) expect(holds bool, format string, about ...any) {
	if !holds {
		p.now.Problems = append(p.now.Problems, fmt.Sprintf(format, about...))
	}
}

func refuse(format string, about ...any) { panic(fmt.Sprintf(format, about...)) }

// ---- canonical JSON ------------------------------------------------------------------------------

func canonical(value any) []byte {
	var out bytes.Buffer
	write(&out, value)
	return out.Bytes()
}

func write(out *bytes.Buffer, value any) {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case string:
		quote(out, v)
	case list:
		out.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, item)
		}
		out.WriteByte(']')
	case object:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Slice(keys, func(i, j int) bool { return utf16Less(keys[i], keys[j]) })
		out.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				out.WriteByte(',')
			}
			quote(out, key)
			out.WriteByte(':')
			write(out, v[key])
		}
		out.WriteByte('}')
	default:
		refuse("no canonical form for %T", value)
	}
}

func utf16Less(a, b string) bool {
	x, y := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for i := 0; i < len(x) && i < len(y); i++ {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return len(x) < len(y)
}

func quote(out *bytes.Buffer, text string) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, 8: `\b`, 9: `\t`, 10: `\n`, 12: `\f`, 13: `\r`}
	out.WriteByte('"')
	for _, mark := range text {
		if escaped, ok := short[mark]; ok {
			out.WriteString(escaped)
		} else if mark < 0x20 {
			fmt.Fprintf(out, `\u%04x`, mark)
		} else {
			out.WriteRune(mark)
		}
	}
	out.WriteByte('"')
}

// Numbers become int64; floats, large integers and anything not canonical are refused.
func parsed(data []byte, name string) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		refuse("%s is not JSON: %v", name, err)
	}
	value := numbered(raw)
	if !bytes.Equal(canonical(value), data) {
		refuse("%s is not in canonical form", name)
	}
	return value
}

func numbered(value any) any {
	switch v := value.(type) {
	case json.Number:
		number, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil || number >= 1<<53 || number <= -(1<<53) {
			refuse("a number is out of range")
		}
		return number
	case list:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case object:
		for key := range v {
			v[key] = numbered(v[key])
		}
	}
	return value
}

// ---- reading values; a wrong type panics and fails the step -----------------------------------------

func exact(value any, name string, keys ...string) object {
	found, ok := value.(object)
	if !ok || len(found) != len(keys) {
		refuse("%s is not an object of %v", name, keys)
	}
	for _, key := range keys {
		if _, ok := found[key]; !ok {
			refuse("%s has no %s", name, key)
		}
	}
	return found
}

func at(value any, path ...string) any {
	for _, key := range path {
		next, ok := value.(object)[key]
		if !ok {
			refuse("there is no %s", key)
		}
		value = next
	}
	return value
}

func text(value any, path ...string) string  { return at(value, path...).(string) }
func number(value any, path ...string) int64 { return at(value, path...).(int64) }
func items(value any, path ...string) list   { return at(value, path...).(list) }
func sum(data []byte) string                 { found := sha256.Sum256(data); return hex.EncodeToString(found[:]) }
func same(one, two any) bool                 { return bytes.Equal(canonical(one), canonical(two)) }
func ints(value any) (int64, bool)           { found, ok := value.(int64); return found, ok }

func fromHex(value any) []byte {
	found, err := hex.DecodeString(value.(string))
	if err != nil || len(found) != 32 || hex.EncodeToString(found) != value.(string) {
		refuse("not 32 bytes in hexadecimal digits")
	}
	return found
}

func fromBase64(encoded string) []byte {
	found, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || base64.StdEncoding.EncodeToString(found) != encoded {
		refuse("not base64")
	}
	return found
}

func (p *pack) member(path string) []byte {
	found, ok := p.members[path]
	if !ok {
		refuse("%s is missing", path)
	}
	return found
}

func (p *pack) value(path string) any {
	if _, ok := p.values[path]; !ok {
		p.values[path] = parsed(p.member(path), path)
	}
	return p.values[path]
}

func (p *pack) json(path, format string, keys ...string) object {
	found := exact(p.value(path), path, append(keys, "format")...)
	if found["format"] != format {
		refuse("%s is of another format", path)
	}
	return found
}

func (p *pack) record() object {
	return p.json("record.json", "lexiane/evidence-record/v1", "index", "leaf", "proof", "fields")
}
func (p *pack) entries() list {
	return p.rows("ledger.json", "lexiane/evidence-ledger/v1", "entries", "index", "leaf", "proof", "fields")
}
func (p *pack) keys() list {
	return p.rows("keys.json", "lexiane/evidence-keys/v1", "keys", "index", "leaf", "proof", "rotation")
}
func (p *pack) documents() list {
	return p.rows("documents.json", "lexiane/evidence-documents/v1", "documents", "index", "leaf", "proof")
}
func (p *pack) chunks() list {
	return p.rows("chunks.json", "lexiane/evidence-chunks/v1", "chunks", "index", "leaf", "proof", "terms", "vector")
}
func (p *pack) terms() object {
	return p.json("terms.json", "lexiane/evidence-terms/v1", "terms", "absent", "stems")
}
func (p *pack) manifest() object { return p.value("manifest.json").(object) }
func (p *pack) version() string  { return text(p.record(), "leaf", "body", "version") }

func (p *pack) rows(path, format, kind string, keys ...string) list {
	found := items(p.json(path, format, kind), kind)
	for _, row := range found {
		exact(row, "a row of "+path, keys...)
	}
	return found
}

func byKey(rows list, key string) map[string]object {
	found := map[string]object{}
	for _, row := range rows {
		found[text(row, "leaf", key)] = row.(object)
	}
	if len(found) != len(rows) {
		refuse("two rows have the same %s", key)
	}
	return found
}

// The values of the record's fields that are enclosed; `listed` those below a path, in order.
func (p *pack) field(path string) (any, bool) {
	found, ok := at(p.record(), "fields").(object)[path]
	if !ok {
		return nil, false
	}
	return at(found, "value"), true
}

func (p *pack) listed(prefix string) list {
	var paths []string
	for path := range at(p.record(), "fields").(object) {
		if strings.HasPrefix(path, prefix+"/") {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	found := list{}
	for _, path := range paths {
		value, _ := p.field(path)
		found = append(found, value)
	}
	return found
}

func (p *pack) committed(prefix string) int {
	count := 0
	for path := range at(p.record(), "leaf", "commitments").(object) {
		if strings.HasPrefix(path, prefix+"/") {
			count++
		}
	}
	return count
}

// ---- trees, signatures ----------------------------------------------------------------------------

func node(tag byte, parts ...[]byte) []byte {
	hash := sha256.New()
	hash.Write([]byte{tag})
	for _, part := range parts {
		hash.Write(part)
	}
	return hash.Sum(nil)
}

// RFC 6962 by recursion: the root over `size` leaves of which one and its audit path are known.
func rootOf(leaf []byte, index, size int64, proof list) []byte {
	if index < 0 || index >= size {
		refuse("there is no leaf %d among %d", index, size)
	}
	used := 0
	var climb func(index, size int64) []byte
	climb = func(index, size int64) []byte {
		if size == 1 {
			return node(0, leaf)
		}
		split := int64(1)
		for split*2 < size {
			split *= 2
		}
		var below []byte
		if index < split {
			below = climb(index, split)
		} else {
			below = climb(index-split, size-split)
		}
		if used >= len(proof) {
			refuse("the proof is too short")
		}
		sibling := fromHex(proof[used])
		used++
		if index < split {
			return node(1, below, sibling)
		}
		return node(1, sibling, below)
	}
	root := climb(index, size)
	if used != len(proof) {
		refuse("the proof is too long")
	}
	return root
}

// RFC 6962 section 2.1.2 by recursion: SUBPROOF gives both roots.
func consistent(first, second int64, old, new []byte, proof list) bool {
	if first == second {
		return len(proof) == 0 && bytes.Equal(old, new)
	}
	if first <= 0 || first > second {
		return false
	}
	used := 0
	next := func() []byte {
		if used >= len(proof) {
			refuse("the proof is too short")
		}
		used++
		return fromHex(proof[used-1])
	}
	var sub func(m, n int64, whole bool) ([]byte, []byte)
	sub = func(m, n int64, whole bool) ([]byte, []byte) {
		if m == n {
			if whole {
				return old, old
			}
			found := next()
			return found, found
		}
		split := int64(1)
		for split*2 < n {
			split *= 2
		}
		if m <= split {
			one, two := sub(m, split, whole)
			return one, node(1, two, next())
		}
		one, two := sub(m-split, n-split, false)
		left := next()
		return node(1, left, one), node(1, left, two)
	}
	one, two := sub(first, second, true)
	return used == len(proof) && bytes.Equal(one, old) && bytes.Equal(two, new)
}

type note struct {
	origin string
	size   int64
	root   []byte
	body   []byte
	lines  []string
}

var notePattern = regexp.MustCompile(`^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n\n((?:— [^ \n]+ [^ \n]+\n)+)$`)
var linePattern = regexp.MustCompile(`^— ([^ \n]+) ([A-Za-z0-9+/=]+)$`)

func noteOf(raw string) note {
	found := notePattern.FindStringSubmatch(raw)
	if found == nil {
		refuse("not a signed checkpoint")
	}
	size, _ := strconv.ParseInt(found[2], 10, 64)
	root := fromBase64(found[3])
	if len(root) != 32 {
		refuse("the root has another length")
	}
	body := []byte(found[1] + "\n" + found[2] + "\n" + found[3] + "\n")
	return note{found[1], size, root, body, strings.Split(strings.TrimSuffix(found[4], "\n"), "\n")}
}

func (n note) signedBy(key []byte) bool {
	for _, line := range n.lines {
		if lineSigns(line, n.origin, key, n.body) {
			return true
		}
	}
	return false
}

func keyID(name string, key []byte) []byte {
	found := sha256.Sum256(append([]byte(name+"\n\x01"), key...))
	return found[:4]
}

func lineSigns(line, name string, key, message []byte) bool {
	found := linePattern.FindStringSubmatch(line)
	if found == nil || found[1] != name {
		return false
	}
	data := fromBase64(found[2])
	return len(data) == 68 && bytes.Equal(data[:4], keyID(name, key)) && signs(key, message, data[4:])
}

func signs(key, message, signature []byte) bool {
	return len(key) == 32 && len(signature) == 64 && ed25519.Verify(key, message, signature)
}

func pae(kind string, payload []byte) []byte {
	return append([]byte(fmt.Sprintf("DSSEv1 %d %s %d ", len(kind), kind, len(payload))), payload...)
}

func (p *pack) head() note { return noteOf(string(p.member("checkpoint.txt"))) }

func publicKey(row any) []byte { return fromBase64(text(row, "leaf", "body", "public_key")) }

func (p *pack) newest() []byte {
	rows := p.keys()
	return publicKey(rows[len(rows)-1])
}

// ---- the steps --------------------------------------------------------------------------------------

var pathPattern = regexp.MustCompile(`^([a-z_]+\.[a-z]+|(texts|sources)/[0-9a-f]{64}\.[a-z]+)$`)

func (p *pack) archive() {
	reader, err := zip.NewReader(bytes.NewReader(p.data), int64(len(p.data)))
	if err != nil || len(reader.File) == 0 {
		refuse("this is no evidence pack: %v", err)
	}
	members, order := map[string][]byte{}, []string{}
	for _, file := range reader.File {
		_, twice := members[file.Name]
		if !pathPattern.MatchString(file.Name) || twice || file.Method != zip.Store || file.UncompressedSize64 > uint64(len(p.data)) {
			refuse("the member %q has no such name or method, or comes twice", file.Name)
		}
		start, err := file.DataOffset()
		end := start + int64(file.CompressedSize64)
		if err != nil || end > int64(len(p.data)) {
			refuse("the member %q is cut short", file.Name)
		}
		members[file.Name] = p.data[start:end]
		order = append(order, file.Name)
	}
	p.members, p.order = members, order
	rest := append([]string{}, order...)
	sort.Slice(rest, func(i, j int) bool { return rank(rest[i]) < rank(rest[j]) })
	p.expect(fmt.Sprint(order) == fmt.Sprint(rest), "the members are not in their order")
	p.expect(bytes.Equal(frame(order, members), p.data), "the file is not the one archive of its members: a byte was changed")
}

func rank(path string) string {
	if path == "pack.json" || path == "pack.sig" {
		return "0" + path
	}
	return "1" + path
}

func frame(order []string, members map[string][]byte) []byte {
	var body, directory bytes.Buffer
	put := func(out io.Writer, values ...any) {
		for _, value := range values {
			binary.Write(out, binary.LittleEndian, value)
		}
	}
	for _, path := range order {
		data := members[path]
		var common bytes.Buffer
		put(&common, uint16(20), uint16(0), uint16(0), uint16(0), uint16(33), crc32.ChecksumIEEE(data))
		put(&common, uint32(len(data)), uint32(len(data)), uint16(len(path)), uint16(0))
		offset := uint32(body.Len())
		body.WriteString("PK\x03\x04")
		body.Write(common.Bytes())
		body.WriteString(path)
		body.Write(data)
		directory.WriteString("PK\x01\x02")
		put(&directory, uint16(3<<8|20), common.Bytes(), uint16(0), uint16(0), uint16(0), uint32(0o100644<<16), offset)
		directory.WriteString(path)
	}
	end := uint32(body.Len())
	body.Write(directory.Bytes())
	body.WriteString("PK\x05\x06")
	count := uint16(len(order))
	put(&body, uint16(0), uint16(0), count, count, uint32(directory.Len()), end, uint16(0))
	return body.Bytes()
}

var topLevel = strings.Fields("check_evidence.py checkpoint.txt chunks.json documents.json index.html keys.json " +
	"ledger.json manifest.json record.json stop_words.json terms.json")

func (p *pack) membersListed() {
	listing := p.json("pack.json", "lexiane/evidence-pack/v1", "answer", "version", "members")
	known, before := map[string]bool{}, ""
	for _, each := range items(listing, "members") {
		row := exact(each, "a listed member", "path", "bytes", "sha256")
		path := text(row, "path")
		data, there := p.members[path]
		p.expect(path > before, "pack.json lists its members in another order, or twice")
		p.expect(there && int64(len(data)) == number(row, "bytes") && sum(data) == text(row, "sha256"), "%s is another file", path)
		known[path], before = true, path
	}
	for path := range p.members {
		p.expect(known[path] || path == "pack.json" || path == "pack.sig", "%s is not listed", path)
	}
	for _, path := range topLevel {
		p.expect(known[path], "%s is missing", path)
		delete(known, path)
	}
	rows := byKey(p.documents(), "document_id")
	for _, citation := range p.listed("citations") {
		row := rows[text(citation, "document_id")]
		for path := range known {
			if path == "texts/"+text(row, "leaf", "text")+".txt" || isSource(path, text(row, "leaf", "raw")) {
				delete(known, path)
			}
		}
	}
	p.expect(len(known) == 0, "members belong to no citation: %v", known)
	p.expect(same(at(listing, "answer"), at(p.record(), "index")) && text(listing, "version") == p.version(), "another answer or version is listed")
}

func (p *pack) checkKeys(known string) {
	head, rows := p.head(), p.keys()
	if len(rows) == 0 || number(rows[0], "index") != 0 {
		refuse("the first key of the ledger is not its leaf 0")
	}
	found := false
	for i, row := range rows {
		index := number(row, "index")
		entryLeaf(at(row, "leaf"), "key")
		exact(at(row, "leaf", "body"), "a key's body", "origin", "public_key")
		p.expect(text(row, "leaf", "body", "origin") == head.origin, "key %d is of another ledger", index)
		key := publicKey(row)
		encoded := base64.StdEncoding.EncodeToString(append([]byte{1}, key...))
		found = found || known == head.origin+"+"+hex.EncodeToString(keyID(head.origin, key))+"+"+encoded
		if i == 0 {
			p.expect(at(row, "rotation") == nil, "the first key cannot replace another")
			continue
		}
		p.expect(index > number(rows[i-1], "index"), "the keys are not in their order")
		rotation := exact(at(row, "rotation"), "a rotation", "checkpoint", "proof", "consistency")
		begun := noteOf(text(rotation, "checkpoint"))
		p.expect(begun.origin == head.origin && begun.size == index+1, "key %d: another checkpoint", index)
		p.expect(begun.signedBy(publicKey(rows[i-1])) && begun.signedBy(key), "key %d: nobody vouched for it", index)
		root := rootOf(canonical(at(row, "leaf")), index, begun.size, items(rotation, "proof"))
		p.expect(bytes.Equal(root, begun.root), "key %d: not in its checkpoint", index)
		p.expect(consistent(begun.size, head.size, begun.root, head.root, items(rotation, "consistency")), "key %d: the ledger did not grow from there", index)
	}
	p.expect(known == "" || found, "the key that is known never signed")
}

func (p *pack) checkpoint() {
	p.expect(len(p.head().lines) <= 2, "too many signatures")
	p.expect(p.head().signedBy(p.newest()), "the signature of the checkpoint does not hold")
}

func (p *pack) signature() {
	line := string(p.member("pack.sig"))
	message := pae("application/vnd.lexiane.evidence-pack+json", p.member("pack.json"))
	p.expect(strings.HasSuffix(line, "\n") && lineSigns(strings.TrimSuffix(line, "\n"), p.head().origin, p.newest(), message), "the signature of pack.json does not hold")
}

func entryLeaf(leaf any, kind string) {
	found := exact(leaf, "a leaf", "format", "type", "at", "body", "commitments")
	if found["format"] != "lexiane/ledger-entry/v1" || kind != "" && found["type"] != kind {
		refuse("a leaf is of another format or type")
	}
}

func (p *pack) leaves() {
	head := p.head()
	entryLeaf(at(p.record(), "leaf"), "answer")
	seen := map[int64]bool{}
	for i, entry := range p.entries() {
		p.expect(i == 0 || number(p.entries()[i-1], "index") < number(entry, "index"), "the leaves are not in their order")
	}
	for _, row := range append(append(list{p.record()}, p.entries()...), p.keys()...) {
		index := number(row, "index")
		entryLeaf(at(row, "leaf"), "")
		p.expect(!seen[index], "leaf %d is shown twice", index)
		seen[index] = true
		root := rootOf(canonical(at(row, "leaf")), index, head.size, items(row, "proof"))
		p.expect(bytes.Equal(root, head.root), "leaf %d is not in the ledger", index)
	}
}

func (p *pack) commitments() {
	covered := map[string]bool{}
	for _, entry := range p.entries() {
		if text(entry, "leaf", "type") == "erasure" {
			covers, _ := at(entry, "leaf", "body").(object)["covers"].(list)
			for _, item := range covers {
				for _, path := range items(item, "paths") {
					if number(item, "entry") >= number(entry, "index") {
						continue // nobody erases what is not there yet
					}
					covered[fmt.Sprint(number(item, "entry"), " ", path)] = true
				}
			}
		}
	}
	for place, row := range append(list{p.record()}, p.entries()...) {
		committed, fields := at(row, "leaf", "commitments").(object), at(row, "fields").(object)
		for path, item := range fields {
			exact(item, "a field", "opening", "value")
			mac := hmac.New(sha256.New, fromHex(at(item, "opening")))
			for _, part := range []string{"lexiane/commitment/v1", path} {
				binary.Write(mac, binary.BigEndian, uint32(len(part)))
				mac.Write([]byte(part))
			}
			mac.Write(canonical(at(item, "value")))
			p.expect(committed[path] == hex.EncodeToString(mac.Sum(nil)), "%s was not recorded so", path)
		}
		for path := range committed {
			_, there := fields[path]
			index := number(row, "index")
			erased := covered[fmt.Sprint(index, " *")] || covered[fmt.Sprint(index, " ", path)]
			p.expect(there || erased || place > 0 && path != "statement", "%s is missing", path)
		}
	}
}

func (p *pack) checkManifest() {
	manifest, made := p.manifest(), false
	p.expect(text(manifest, "corpus")+"@"+sum(p.member("manifest.json")) == p.version(), "the manifest is another version's")
	p.expect(text(manifest, "format") == "lexiane/index-version/v1", "another format of manifest")
	for _, entry := range p.entries() {
		kind := text(entry, "leaf", "type")
		if kind == "version" || kind == "gate" || kind == "promotion" {
			p.expect(text(entry, "leaf", "body", "version") == p.version(), "a leaf about another version")
		}
		made = made || kind == "version"
	}
	p.expect(made, "no leaf says that the version was built")
}

func (p *pack) included(row any, root string, size int64) {
	found := rootOf(canonical(at(row, "leaf")), number(row, "index"), size, items(row, "proof"))
	p.expect(hex.EncodeToString(found) == root, "a row is not in the version")
}

func (p *pack) ascending(rows list, name func(any) string) {
	for i := 1; i < len(rows); i++ {
		holds := number(rows[i-1], "index") < number(rows[i], "index") && name(rows[i-1]) < name(rows[i])
		p.expect(holds, "rows are not in the version's order")
	}
}

func (p *pack) checkDocuments() {
	wanted, manifest := map[string]bool{}, p.manifest()
	for _, entry := range p.listed("ranking") {
		wanted[text(entry, "document_id")] = true
	}
	rows := byKey(p.documents(), "document_id")
	p.expect(len(rows) == len(wanted), "other documents than those of the ranked passages")
	for name, row := range rows {
		p.expect(wanted[name], "%s was not ranked", name)
		p.included(row, text(manifest, "documents"), number(manifest, "counts", "documents"))
	}
	p.ascending(p.documents(), func(row any) string { return text(row, "leaf", "document_id") })
}

func (p *pack) checkChunks() {
	ranked, manifest := map[string]string{}, p.manifest()
	for _, entry := range p.listed("ranking") {
		ranked[text(entry, "chunk_id")] = text(entry, "document_id")
	}
	rows, documents := byKey(p.chunks(), "chunk_id"), byKey(p.documents(), "document_id")
	p.expect(len(rows) == len(ranked), "other passages than those that were ranked")
	for name, row := range rows {
		p.included(row, text(manifest, "chunks"), number(manifest, "counts", "chunks"))
		owner := text(row, "leaf", "document_id")
		p.expect(documents[owner] != nil && ranked[name] == owner, "passage %s is of another document", name)
		length := number(row, "leaf", "end") - number(row, "leaf", "start")
		p.expect(int64(utf8.RuneCountInString(text(row, "leaf", "text"))) == length, "passage %s is cut short", name)
	}
	p.ascending(p.chunks(), func(row any) string { return text(row, "leaf", "chunk_id") })
}

func (p *pack) vectors() {
	manifest := p.manifest()
	for _, row := range p.chunks() {
		vector := exact(at(row, "vector"), "a vector", "index", "proof", "value")
		value := fromBase64(text(vector, "value"))
		leaf := append(fromHex(at(row, "leaf", "chunk_id")), value...)
		root := rootOf(leaf, number(row, "index"), number(manifest, "counts", "chunks"), items(vector, "proof"))
		p.expect(int64(len(value)) == 2*number(manifest, "embedder", "dimension"), "a vector is cut short")
		p.expect(number(vector, "index") == number(row, "index"), "a vector stands elsewhere")
		p.expect(hex.EncodeToString(root) == text(manifest, "vectors"), "a vector is not in the version")
	}
}

func (p *pack) checkTerms() {
	manifest, value := p.manifest(), p.terms()
	frequencies := map[string]int64{}
	for _, row := range items(value, "terms") {
		exact(row, "a term", "index", "leaf", "proof")
		p.included(row, text(manifest, "lexical", "root"), number(manifest, "lexical", "terms"))
		frequencies[items(row, "leaf")[0].(string)] = items(row, "leaf")[1].(int64)
	}
	p.ascending(items(value, "terms"), func(row any) string { return items(row, "leaf")[0].(string) })
	held := map[string]bool{}
	for _, row := range p.chunks() {
		for _, term := range items(row, "terms") {
			held[term.(string)] = true
		}
	}
	for _, term := range items(value, "absent") {
		frequencies[term.(string)] = 0
		p.expect(!held[term.(string)], "%s is called absent", term)
	}
	p.json("stop_words.json", "lexiane/stop-words/v1", "words")
	p.expect(sum(p.member("stop_words.json")) == text(manifest, "analysis", "stop_words"), "another stop list")
	if analysis, ok := p.field("analysis"); ok {
		weights := at(analysis, "weights").(object)
		for term, weight := range weights {
			df, known := frequencies[term]
			p.expect(known && weight == idf(number(manifest, "lexical", "chunks"), df), "the weight of %s does not follow", term)
		}
		if _, ok := p.field("question"); ok {
			p.expect(len(weights) == len(frequencies), "other terms are enclosed")
			for _, term := range items(analysis, "terms") {
				p.expect(weights[term.(string)] != nil, "%s has no weight", term)
			}
		}
	}
}

// float64 is near enough: no value lies on a rounding boundary (retrieval-v1.md, section 3).
func idf(chunks, frequency int64) int64 {
	return int64(math.Floor(4096*math.Log(float64(2*chunks+2)/float64(2*frequency+1)) + 0.5))
}

func (p *pack) sources() {
	rows := byKey(p.documents(), "document_id")
	for _, citation := range p.listed("citations") {
		leaf := at(rows[text(citation, "document_id")], "leaf")
		p.expect(sum(p.member("texts/"+text(leaf, "text")+".txt")) == text(leaf, "text"), "a text was changed")
		count := 0
		for path, data := range p.members {
			if isSource(path, text(leaf, "raw")) {
				count++
				p.expect(sum(data) == text(leaf, "raw"), "a source was changed")
			}
		}
		p.expect(count > 0, "a source is missing")
	}
}

// isSource: no ending is one that a browser runs.
func isSource(path, raw string) bool {
	for _, ending := range []string{"pdf", "docx", "pptx", "xlsx", "txt", "bin"} {
		if path == "sources/"+raw+"."+ending {
			return true
		}
	}
	return false
}

func cut(runes []rune, start, end int64) string {
	if start < 0 || end < start || end > int64(len(runes)) {
		return ""
	}
	return string(runes[start:end])
}

func (p *pack) quotes() {
	documents, chunks := byKey(p.documents(), "document_id"), byKey(p.chunks(), "chunk_id")
	for _, each := range p.listed("citations") {
		document := at(documents[text(each, "document_id")], "leaf")
		chunk := at(chunks[text(each, "chunk_id")], "leaf")
		runes := []rune(string(p.member("texts/" + text(document, "text") + ".txt")))
		start, end := number(each, "start"), number(each, "end")
		first, last := number(chunk, "start"), number(chunk, "end")
		p.expect(text(each, "quote") != "" && cut(runes, start, end) == text(each, "quote"), "a quote is not verbatim")
		p.expect(cut(runes, first, last) == text(chunk, "text"), "a passage is not verbatim")
		p.expect(first <= start && start < end && end <= last, "a quote is outside its passage")
		p.expect(text(chunk, "document_id") == text(each, "document_id"), "a quote is of another document")
		p.expect(text(each, "document_digest") == text(document, "raw"), "a quote names another source")
		p.expect(same(at(each, "heading"), at(chunk, "heading")), "a quote stands under other headings")
		page := int64(0)
		for _, offset := range items(document, "pages") {
			if offset.(int64) <= start {
				page++
			}
		}
		found, there := ints(at(each, "page"))
		p.expect(there && found == page || !there && page == 0 && at(each, "page") == nil, "a quote stands on another page")
	}
}

func (p *pack) access() {
	groups, ok := p.field("groups")
	if !ok {
		return
	}
	held := map[string]bool{}
	for _, group := range groups.(list) {
		held[group.(string)] = true
	}
	for _, row := range p.documents() {
		allowed := items(row, "leaf", "groups")
		visible := len(allowed) == 0
		for _, group := range allowed {
			visible = visible || held[group.(string)]
		}
		p.expect(visible, "a document is not for the asker")
	}
}

func share(score, best int64) *big.Int {
	if best <= 0 || score <= 0 {
		return big.NewInt(0)
	}
	product := new(big.Int).Lsh(big.NewInt(score), 30)
	return product.Quo(product, big.NewInt(best))
}

func before(scoreA int64, idA string, scoreB int64, idB string) bool {
	return scoreA > scoreB || scoreA == scoreB && idA < idB
}

func (p *pack) ranking() {
	manifest, chunks, entries := p.manifest(), byKey(p.chunks(), "chunk_id"), p.listed("ranking")
	for i := 1; i < len(entries); i++ {
		a, b := entries[i-1], entries[i]
		p.expect(before(number(a, "score"), text(a, "chunk_id"), number(b, "score"), text(b, "chunk_id")), "the passages are in another order")
	}
	lexical, hasLexical := p.field("lexical")
	dense, hasDense := p.field("dense")
	if hasLexical && hasDense {
		for _, each := range entries {
			score := new(big.Int).Mul(share(number(each, "dense_score"), number(dense, "best")), big.NewInt(number(manifest, "retrieval", "dense_weight")))
			score.Add(score, new(big.Int).Mul(share(number(each, "lexical_score"), number(lexical, "best")), big.NewInt(number(manifest, "retrieval", "lexical_weight"))))
			p.expect(score.Cmp(big.NewInt(number(each, "score"))) == 0, "a passage has another score")
		}
		depth := number(manifest, "retrieval", "depth")
		p.oneList("lexical", entries, lexical, depth)
		p.oneList("dense", entries, dense, depth)
		if settings, ok := p.field("settings"); ok && p.committed("ranking") == len(entries) {
			one, two, top := number(lexical, "length"), number(dense, "length"), number(settings, "top")
			count := int64(len(entries))
			p.expect(min(top, max(one, two)) <= count && count <= min(top, one+two), "more or fewer passages than the lists hold")
		}
	}
	if vector, ok := p.field("query_vector"); ok {
		for _, each := range entries {
			found := dot(fromBase64(vector.(string)), fromBase64(text(chunks[text(each, "chunk_id")], "vector", "value")))
			p.expect(found == number(each, "dense_score"), "another dense score")
		}
	}
	if analysis, ok := p.field("analysis"); ok {
		for _, each := range entries {
			terms := items(chunks[text(each, "chunk_id")], "terms")
			total := int64(0)
			for _, term := range items(analysis, "terms") {
				tf := int64(0)
				for _, held := range terms {
					if held == term {
						tf++
					}
				}
				if tf > 0 {
					total += number(analysis, "weights", term.(string)) * impact(tf, int64(len(terms)), number(manifest, "lexical", "chunks"), number(manifest, "lexical", "length"))
				}
			}
			p.expect(total == number(each, "lexical_score"), "another lexical score")
		}
	}
}

func impact(tf, length, chunks, total int64) int64 {
	divisor := total*(10*tf+3) + 9*length*chunks
	return (2*16384*22*tf*total + divisor) / (2 * divisor)
}

func dot(one, two []byte) int64 {
	if len(one) != len(two) || len(one)%2 != 0 {
		refuse("two vectors are not of the same dimension")
	}
	total := int64(0)
	for i := 0; i < len(one); i += 2 {
		total += int64(int16(binary.LittleEndian.Uint16(one[i:]))) * int64(int16(binary.LittleEndian.Uint16(two[i:])))
	}
	return total
}

func (p *pack) oneList(kind string, entries list, summary any, depth int64) {
	exact(summary, "a list", "best", "digest", "length")
	length, best := number(summary, "length"), number(summary, "best")
	inside := list{}
	for _, each := range entries {
		if rank, ok := ints(at(each, kind+"_rank")); ok {
			p.expect(1 <= rank && rank <= length, "a %s rank is outside its list", kind)
			p.expect(rank != 1 || number(each, kind+"_score") == best, "the first of the %s list has not its best score", kind)
			p.expect(kind == "dense" || number(each, "lexical_score") > 0, "a passage without any term is listed")
			inside = append(inside, each)
		}
		p.expect(number(each, kind+"_score") <= best || length == 0, "a passage is better than the best %s one", kind)
	}
	sort.SliceStable(inside, func(i, j int) bool {
		return number(inside[i], kind+"_rank") < number(inside[j], kind+"_rank")
	})
	p.expect(0 <= length && length <= depth && (length > 0 || best == 0), "the %s list has another length", kind)
	pairs := list{}
	for i, each := range inside {
		pairs = append(pairs, list{text(each, "chunk_id"), number(each, kind+"_score")})
		if i > 0 {
			a := inside[i-1]
			ordered := before(number(a, kind+"_score"), text(a, "chunk_id"), number(each, kind+"_score"), text(each, "chunk_id"))
			p.expect(ordered && number(a, kind+"_rank") < number(each, kind+"_rank"), "the %s ranks do not follow", kind)
		}
	}
	for _, each := range entries {
		if at(each, kind+"_rank") != nil {
			continue
		}
		absent := kind == "lexical" && number(each, "lexical_score") == 0
		behind := length == depth
		if len(inside) > 0 {
			last := inside[len(inside)-1]
			behind = behind && before(number(last, kind+"_score"), text(last, "chunk_id"), number(each, kind+"_score"), text(each, "chunk_id"))
		}
		p.expect(absent || behind, "a passage is missing from the %s list", kind)
	}
	if int64(len(inside)) == length {
		digest := sum(canonical(object{"format": "lexiane/ranked-list/v1", "entries": pairs}))
		p.expect(digest == text(summary, "digest"), "the %s list is another", kind)
	}
}

func (p *pack) answer() {
	chunks, ranking := byKey(p.chunks(), "chunk_id"), p.listed("ranking")
	question, one := p.field("question")
	analysis, two := p.field("analysis")
	prompt, three := p.field("prompt")
	if one && two && three && p.committed("ranking") == len(ranking) {
		evidence := list{}
		for _, each := range ranking {
			leaf := at(chunks[text(each, "chunk_id")], "leaf")
			evidence = append(evidence, object{
				"chunk_id": at(each, "chunk_id"), "score": at(each, "score"), "document_id": at(each, "document_id"),
				"heading": at(leaf, "heading"), "text": at(leaf, "text"),
			})
		}
		given := object{"format": "lexiane/prompt/v1", "question": question, "weights": at(analysis, "weights"), "evidence": evidence}
		p.expect(prompt == sum(canonical(given)), "the generator was given something else")
	}
	answer, one := p.field("answer")
	generator, two := p.field("generator")
	citations := p.listed("citations")
	if one && two && p.committed("citations") == len(citations) {
		exact(answer, "the answer", "text", "abstained")
		quotes := []string{}
		for _, each := range citations {
			quotes = append(quotes, text(each, "quote"))
		}
		p.expect(at(answer, "abstained") == (len(quotes) == 0), "an answer abstains when it quotes nothing")
		if text(generator, "name") == "extractive/v1" {
			expected := strings.Join(quotes, "\n")
			if len(quotes) == 0 {
				expected = "Not in this corpus."
			}
			p.expect(text(answer, "text") == expected, "the answer is not what its quotes say")
		}
	}
}

func (p *pack) statements() {
	for _, entry := range p.entries() {
		for path, item := range at(entry, "fields").(object) {
			p.expect(path == "statement", "%s is no statement", path)
			envelope := exact(at(item, "value"), "an envelope", "payload", "payloadType", "signatures")
			payload := fromBase64(text(envelope, "payload"))
			message, good, bad := pae(text(envelope, "payloadType"), payload), 0, 0
			for _, each := range items(envelope, "signatures") {
				exact(each, "a signature", "keyid", "sig")
				for _, row := range p.keys() {
					if number(row, "index") < number(entry, "index") && sum(publicKey(row)) == text(each, "keyid") {
						if signs(publicKey(row), message, fromBase64(text(each, "sig"))) {
							good++
						} else {
							bad++
						}
					}
				}
			}
			p.expect(good > 0 && bad == 0, "the signature of a statement does not hold")
			statement := parsed(payload, "a statement")
			digest := p.version()[strings.Index(p.version(), "@")+1:]
			subject := list{object{"name": p.version(), "digest": object{"sha256": digest}}}
			p.expect(same(at(statement, "subject"), subject), "a statement is about something else")
			p.expect(text(envelope, "payloadType") == "application/vnd.in-toto+json" && text(statement, "_type") == "https://in-toto.io/Statement/v1", "a statement is of another type")
		}
	}
}

func main() {
	key := flag.String("key", "", "public key of the ledger that is known")
	flag.Parse()
	data, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(5)
	}
	p := &pack{data: data, values: map[string]any{}}
	walk := []struct {
		name string
		take func()
	}{
		{"archive", p.archive}, {"members", p.membersListed}, {"keys", func() { p.checkKeys(*key) }},
		{"checkpoint", p.checkpoint}, {"signature", p.signature}, {"leaves", p.leaves},
		{"commitments", p.commitments}, {"manifest", p.checkManifest}, {"documents", p.checkDocuments},
		{"chunks", p.checkChunks}, {"vectors", p.vectors}, {"terms", p.checkTerms}, {"sources", p.sources},
		{"quotes", p.quotes}, {"access", p.access}, {"ranking", p.ranking}, {"answer", p.answer},
		{"statements", p.statements},
	}
	steps, ok := []*step{}, true
	for _, each := range walk {
		p.now = &step{Name: each.name, Problems: []string{}}
		steps = append(steps, p.now)
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					p.expect(false, "%v", problem)
				}
			}()
			each.take()
		}()
		p.now.OK = len(p.now.Problems) == 0
		ok = ok && p.now.OK
		if len(p.members) == 0 {
			break
		}
	}
	told, _ := json.Marshal(object{"ok": ok, "steps": steps})
	fmt.Println(string(told))
	if !ok {
		os.Exit(6)
	}
}
