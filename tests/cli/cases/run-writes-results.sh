# Nothing on stdout that was not asked for; folders are made; the file is there, its log beside it, nothing temporary.
riskpool run -q -o new/folder/ small.yaml && find new -type f | sort
